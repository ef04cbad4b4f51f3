"""Give up what of an order has not left: all of it, or the rest."""

from datetime import datetime

from django.db.models import F

from process_apis.orders import services
from process_apis.orders.models import Order, OrderLine, OrderState


def give_up(order: Order, *, reason: str, now: datetime) -> bool:
    """Nothing more will leave. True if nothing had, so that the order is cancelled as a whole. Twice is once.

    Call it with the order's row locked.
    """
    if services.cancel(order, reason=reason, now=now):
        return True
    rest = OrderLine.objects.filter(order=order, quantity__gt=F("shipped") + F("cancelled"))
    if rest.update(cancelled=F("quantity") - F("shipped")):
        services.move_on(order, to=OrderState.SHIPPED, since=[OrderState.PART_SHIPPED])
        services.tell(order, "order.part_cancelled", reason=reason[:500])
    return order.state == OrderState.CANCELLED
