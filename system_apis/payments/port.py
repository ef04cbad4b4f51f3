"""What we ask of any payment provider."""

from typing import Protocol

from canonical.money import Money
from canonical.payment import Authorization, PaymentMovement, PaymentRequest
from system_apis.terms import CallKey, VendorTerms


class PaymentsPort(Protocol):
    terms: VendorTerms

    def authorize(self, request: PaymentRequest, *, key: CallKey) -> Authorization:
        """Hold money. Raises Refused when the card is declined."""

    def capture(self, authorization: str, amount: Money, *, key: CallKey) -> PaymentMovement: ...

    def void(self, authorization: str, *, key: CallKey) -> PaymentMovement: ...

    def refund(self, capture: str, amount: Money, *, key: CallKey) -> PaymentMovement: ...
