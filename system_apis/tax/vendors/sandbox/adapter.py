"""The pretend tax engine. A document's code is its key: filed again with the same content, it is the same document."""

from dataclasses import dataclass
from typing import Self

from canonical.tax import TaxDocument, TaxResult
from retail_platform.kernel import clock
from system_apis.connections.models import Connection
from system_apis.errors import Refused
from system_apis.tax.vendors.sandbox import mapping
from system_apis.tax.vendors.sandbox.client import SandboxTaxClient, escaped
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once

TERMS = VendorTerms(same_document_by="key", rounding_by="vendor", tax_basis="line", documents_per_order="many")


@dataclass(frozen=True, slots=True)
class SandboxTax:
    client: SandboxTaxClient
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The engine behind one connection."""
        return cls(SandboxTaxClient(VendorClient(connection)))

    def quote(self, document: TaxDocument) -> TaxResult:
        """Work the tax out and keep nothing. Raises Refused for a place or code without a rate."""
        answer = self.client.post("/quote", mapping.to_document(document), kind_of_call="read")
        return mapping.read_result(answer, document=document)

    def commit(self, document: TaxDocument, result: TaxResult, *, key: CallKey) -> VendorRef:
        """File the tax as charged. Raises Refused when the code is taken by other content."""
        body = mapping.to_document(document, charged=result)
        return once(
            key,
            terms=self.terms,
            find=lambda: self._on_file(document.code),
            send=lambda: mapping.read_filed(
                self.client.post("/documents", body, key=key), code=document.code, status="Committed"
            ),
            now=clock.now(),
        )

    def void(self, reference: VendorRef, *, key: CallKey) -> None:
        """Take a document off the file; one that is void already stays so."""
        answer = self.client.post(f"/documents/{escaped(reference.value)}/void", {}, key=key)
        mapping.read_filed(answer, code=reference.value, status="Cancelled")

    def _on_file(self, code: str) -> VendorRef | None:
        try:
            return mapping.read_filed(self.client.document(code), code=code, status="Committed")
        except Refused as refused:
            if refused.code != "EntityNotFoundError":
                raise
            return None
