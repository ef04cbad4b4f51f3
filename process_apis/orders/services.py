"""Change the order book. Each function is one conditional write, so that a repeat changes nothing."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from canonical.money import Money
from canonical.order import Order as CanonicalOrder
from canonical.order import TenderState
from process_apis.catalog.tender_models import SettledBy
from process_apis.orders.capture import STATE_OF, capture
from process_apis.orders.models import (
    Order,
    OrderEvent,
    OrderLine,
    OrderState,
    Payment,
    PaymentState,
)
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError


class NobodyPaysTax(DomainError):
    """Prices are without tax, and what pays the order is fixed. Have the channel say the tax, or add a tender."""

    kind, title = "nobody-pays-tax", "No tender pays the tax"


_NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that look alike, none that spell much


def new_number() -> str:
    """An order number nobody can guess the next one of: "W" and ten characters."""
    return "W" + "".join(secrets.choice(_NUMBER_LETTERS) for _ in range(10))


def place(order: CanonicalOrder) -> tuple[Order, bool]:
    """Put an order into the book and tell of it. The same order again is found, not made: (its row, False).

    Where another channel's order has the number already, the channel's name is added to it.
    """
    if row := capture(order, number=order.number):
        return row, True
    identity = {"channel": order.channel, "channel_order_id": order.channel_order_id}
    if standing := Order.objects.filter(**identity).first():
        return standing, False
    # the number is taken: every shop begins to count at #1001
    row = capture(order, number=f"{order.number}-{order.channel}"[:64])
    return (row, True) if row else (Order.objects.get(**identity), False)


def seen(order: Order, later: CanonicalOrder) -> bool:
    """The channel has a later version of the same agreement. True if what was still to be paid there is paid now."""
    Order.objects.filter(id=order.id).update(channel_version=later.channel_version)
    states = {tender.state for tender in later.tenders}
    if len(states) != 1 or states == {TenderState.PENDING}:  # of a part that is paid nobody says which tender it is
        return False
    paid = Payment.objects.filter(order=order, state=PaymentState.PENDING).update(state=STATE_OF[states.pop()])
    return bool(paid)


def tell(order: Order, name: str, **data: Any) -> None:
    """Write what happened into the order's history and into the outbox, both in the caller's transaction."""
    OrderEvent.objects.create(order=order, name=name, detail=data, correlation_id=correlation.current())
    outbox.add(
        name=name,
        aggregate=f"order:{order.number}",
        data={"order_number": order.number, "channel": order.channel, **data},
    )


def move_on(order: Order, *, to: OrderState, since: Sequence[OrderState], **changes: Any) -> bool:
    """Set an order's state if it is in one of `since`; the database is the referee. False if it is not."""
    moved = Order.objects.filter(id=order.id, state__in=since).update(state=to, **changes)
    if moved:
        order.state = to
    return bool(moved)


def asked_to_send(order: Order, references: Mapping[str, str]) -> None:
    """Note what each node's system calls our request to send; "" where it was taken back and nothing remains."""
    if references:
        with transaction.atomic():
            row = Order.objects.select_for_update(no_key=True).get(id=order.id)
            Order.objects.filter(id=order.id).update(releases={**row.releases, **references})


def describe_lines(order: Order, *, by_line: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep kind, title, tax code and cost of the day with each line: what a product is later must not change the past.

    `by_line` is line_id → fields.
    """
    for line in order.lines.all():
        OrderLine.objects.filter(id=line.id).update(**by_line[line.line_id])


def set_taxes(order: Order, *, by_line: Mapping[str, int], shipping_minor: int) -> None:
    """Write the tax of each line and of shipping, where none is known yet.

    Where prices are without tax, the order comes to as much more, and its last tender pays that.
    """
    added = 0
    for line_id, minor in by_line.items():
        unknown = OrderLine.objects.filter(order=order, line_id=line_id, tax_minor__isnull=True)
        added += minor * unknown.update(tax_minor=minor)
    unknown_shipping = Order.objects.filter(id=order.id, shipping_tax_minor__isnull=True)
    added += shipping_minor * unknown_shipping.update(shipping_tax_minor=shipping_minor)
    if added and not order.taxes_included:
        _comes_to_more(order, added)


def _comes_to_more(order: Order, minor: int) -> None:
    promised = Payment.objects.filter(order=order, state=PaymentState.PROMISED)
    payment = promised.exclude(settled_by=SettledBy.STORED_VALUE).order_by("-draw_order", "-position").first()
    if payment is None:
        raise NobodyPaysTax(f"the tax of order {order.number} comes on top, and no tender of it can pay more")
    Payment.objects.filter(id=payment.id).update(amount_minor=F("amount_minor") + minor)
    Order.objects.filter(id=order.id).update(total_minor=F("total_minor") + minor)
    tax = Money(minor=minor, currency=order.currency)
    tell(order, "order.changed", changes=[f"tax of {tax} was added"])


def close(order: Order, *, now: datetime) -> bool:
    """Every line has left or is cancelled and the money is settled."""
    if not move_on(order, to=OrderState.CLOSED, since=[OrderState.SHIPPED], closed_at=now, on_hold=""):
        return False
    tell(order, "order.closed")
    return True


def cancel(order: Order, *, reason: str, now: datetime) -> bool:
    """Nothing of it has left and nothing will. False if goods have left or it is over."""
    since = [OrderState.RECEIVED, OrderState.ACCEPTED, OrderState.RESERVED, OrderState.RELEASED]
    if not move_on(order, to=OrderState.CANCELLED, since=since, cancel_reason=reason[:500], closed_at=now):
        return False
    OrderLine.objects.filter(order=order, shipped=0).update(cancelled=F("quantity"))
    tell(order, "order.cancelled", reason=reason[:500])
    return True
