"""Money held, taken and given back by a payment provider."""

from enum import StrEnum

from canonical.money import Money
from canonical.value import Instant, Value


class PaymentRequest(Value):
    """Ask a provider to hold an amount. `token` is what the channel gave us for the customer's card or wallet."""

    order_number: str
    token: str
    amount: Money


class Authorization(Value):
    """Money held, not taken. It lapses at `expires_at`."""

    reference: str
    amount: Money
    expires_at: Instant


class MovementKind(StrEnum):
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"


class PaymentMovement(Value):
    """Money taken, given back, or a hold let go."""

    kind: MovementKind
    reference: str
    amount: Money
