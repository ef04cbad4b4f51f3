"""Facts of money held, disputed and booked."""

from canonical.facts.orders import OrderFact
from canonical.ids import OrderNumber
from canonical.value import Value


class PaymentExpiring(OrderFact):
    """Money held for an order soon is held no longer. `payment` names this hold: order, position, how often renewed."""

    payment: str
    position: int


class DisputeFact(Value):
    """A chargeback by the provider's own name for it."""

    dispute: str
    order_number: OrderNumber


class JournalBooked(Value):
    """An entry stands in our ledger; `order_number` is empty where no order caused it."""

    reference: str
    order_number: str


FACTS: dict[str, type[Value]] = {
    "dispute.opened": DisputeFact,
    "dispute.decided": DisputeFact,
    "payment.expiring": PaymentExpiring,
    "journal.booked": JournalBooked,
}
