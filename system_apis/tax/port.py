"""What we ask of any tax engine. A document's code is its key: committed once, under one code."""

from typing import Protocol

from canonical.tax import TaxDocument, TaxResult
from system_apis.terms import CallKey, VendorRef, VendorTerms


class TaxPort(Protocol):
    terms: VendorTerms

    def quote(self, document: TaxDocument) -> TaxResult:
        """Work the tax out and keep nothing."""

    def commit(self, document: TaxDocument, result: TaxResult, *, key: CallKey) -> VendorRef:
        """File the tax as charged."""

    def void(self, reference: VendorRef, *, key: CallKey) -> None: ...
