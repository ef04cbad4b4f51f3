"""Hold an order until somebody has looked at it, and let it go on."""

from datetime import datetime

from django.db import transaction

from process_apis.orders import queries, services
from process_apis.orders.models import HoldReason, Order
from retail_platform.kernel.problem import DomainError

ASSESSED = "order.risk_assessed"  # in an order's history: who thinks what of it


class NotHeld(DomainError):
    """The order is not held for that, or goes on already."""

    kind, title = "not-held", "This order is not held"


def hold(order: Order, *, why: HoldReason, reason: str) -> bool:
    """The order waits for a person. False if it is held already."""
    held = Order.objects.filter(id=order.id, on_hold="").update(on_hold=why)
    if held:
        order.on_hold = why
        services.tell(order, "order.held", why=str(why), reason=reason[:500])
    return bool(held)


@transaction.atomic
def release(*, number: str, by: str, reason: str = "", now: datetime) -> Order:
    """Somebody has looked at an order held for fraud: it goes on. Raises NoSuchOrder, NotHeld."""
    order = queries.locked(number)
    if order.on_hold != HoldReason.FRAUD:
        raise NotHeld(
            f"order {number} is {f'held for {order.on_hold}' if order.on_hold else order.state}; only one that is held "
            "for fraud is released here"
        )
    order.on_hold, order.cleared_by = "", by[:160]
    order.save(update_fields=["on_hold", "cleared_by"])
    services.tell(order, "order.hold_released", by=by, reason=reason[:500], at=now.isoformat())
    return order
