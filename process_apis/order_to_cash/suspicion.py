"""Hold an order that may be a fraud until somebody has looked; warn of one that seems to be placed twice."""

from datetime import datetime, timedelta

from django.conf import settings

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.orders import holds, queries
from process_apis.orders.models import HoldReason, Order, OrderState

_GONE = (OrderState.RELEASED, OrderState.PART_SHIPPED, OrderState.SHIPPED)


def look_at(order: Order, *, now: datetime) -> None:
    """Hold the order, or warn of it; once somebody has let it go on, it goes on."""
    if order.cleared_by or order.on_hold:
        return
    reason = _why(order)
    if reason and order.state in _GONE:
        _too_late_to_hold(order, reason)
    elif reason:
        holds.hold(order, why=HoldReason.FRAUD, reason=reason)
        cases.open_case(
            kind=CaseKind.BUSINESS,
            fingerprint=f"fraud:{order.number}",
            subject=order.number,
            title=f"order {order.number} may be a fraud: {reason}",
            detail=f"Placed at {order.channel} by {order.customer_name or 'somebody without a name'}.",
            proposal="Look at the order; then release it, or cancel it with fraud as reason. Nothing is set aside yet.",
        )
    if twins := _twins(order, now=now):
        cases.open_case(
            kind=CaseKind.BUSINESS,
            fingerprint=f"duplicate:{order.number}",
            subject=order.number,
            title=f"order {order.number} looks like {', '.join(twins)}: same customer, goods and total",
            proposal="Ask the customer whether both are meant; cancel one if not. Both go on meanwhile.",
        )


def _too_late_to_hold(order: Order, reason: str) -> None:
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"fraud:{order.number}",
        subject=order.number,
        title=f"order {order.number} may be a fraud, and is {order.state.replace('_', ' ')}: {reason}",
        detail=f"Placed at {order.channel} by {order.customer_name or 'somebody without a name'}.",
        proposal="Cancel it with fraud as reason: what has not left is stopped, what has left is asked back.",
    )


def _why(order: Order) -> str:
    limit = settings.FRAUD_LOOK_MINOR.get(order.currency, 0)
    if order.risk:
        return f"the channel says: {order.risk}"
    if limit and order.total_minor >= limit:
        return "its total is above what goes on unseen"
    return ""


def _twins(order: Order, *, now: datetime) -> list[str]:
    """Orders of the same customer at the same channel, with the same goods and total, minutes apart."""
    if not order.customer_email and not order.customer_reference:
        return []
    near = timedelta(seconds=settings.TWIN_ORDER_S)
    alike = Order.objects.filter(
        channel=order.channel,
        customer_email=order.customer_email,
        customer_reference=order.customer_reference,
        total_minor=order.total_minor,
        currency=order.currency,
        received_at__range=(now - near, now),
    ).exclude(id=order.id)
    mine = queries.goods(order)
    found = alike.exclude(state=OrderState.CANCELLED).prefetch_related("lines").order_by("received_at")[:5]
    return [each.number for each in found if queries.goods(each) == mine]
