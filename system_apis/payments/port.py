"""What we ask of any payment provider."""

from typing import Protocol

from canonical.dispute import DisputeReport, RefundFailure
from canonical.money import Money
from canonical.payment import Authorization, PaymentMovement, PaymentRequest
from system_apis.terms import CallKey, VendorRef, VendorTerms


class PaymentsPort(Protocol):
    terms: VendorTerms

    def authorize(self, request: PaymentRequest, *, key: CallKey) -> Authorization:
        """Hold money. Raises Refused when the card is declined."""

    def capture(self, authorization: str, amount: Money, *, key: CallKey) -> PaymentMovement: ...

    def void(self, authorization: str, *, key: CallKey) -> PaymentMovement: ...

    def refund(self, capture: str, amount: Money, *, key: CallKey) -> PaymentMovement: ...

    def submit_evidence(self, dispute: str, evidence: str, *, key: CallKey) -> VendorRef:
        """Say why a chargeback is wrong. Raises Refused once it is decided."""

    def read_dispute(self, raw: bytes) -> DisputeReport:
        """Read the webhook of a chargeback. Raises ContractBroken with the field that is wrong."""

    def read_refund_failure(self, raw: bytes) -> RefundFailure:
        """Read the webhook of a refund that bounced. Raises ContractBroken with the field that is wrong."""
