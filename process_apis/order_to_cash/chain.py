"""What a channel adds to an order after we took it is an order of its own, linked to the first.

To the channel it stays one order: its number there, and its lines, are those of the first; we tell it by these.
"""

from collections.abc import Mapping, Sequence

from canonical.order import Order as CanonicalOrder
from canonical.order import OrderLine, Tender, TenderState
from process_apis.orders import cancellation_queries, queries, services
from process_apis.orders.models import Order


def links(order: Order) -> list[Order]:
    """The order itself and those that were made of what was added to it, the oldest first."""
    return [order, *Order.objects.filter(replaces=order.number, channel=order.channel).order_by("received_at", "id")]


def id_at_channel(order: Order) -> str:
    """What the channel calls it: what was added is part of the first order there."""
    if not order.replaces:
        return order.channel_order_id
    return str(Order.objects.values_list("channel_order_id", flat=True).get(number=order.replaces))


def supplement(first: Order, after: CanonicalOrder) -> CanonicalOrder | None:
    """An order of what the channel's later version has more than we know of; None where that is not all it changes."""
    known = [queries.canonical(each) for each in links(first)]
    added = added_lines(known, after)
    if not added:
        return None
    zero = after.shipping * 0
    shipping = after.shipping
    for each in known:
        shipping -= each.shipping
    if shipping.minor < 0:
        return None
    total = shipping
    for line in added:
        total += line.net + (zero if after.taxes_included or line.tax is None else line.tax)
    name = f"{len(known) + 1}"
    return CanonicalOrder(
        channel=after.channel,
        channel_order_id=f"{first.channel_order_id}/{name}"[-64:],
        channel_version=after.channel_version,
        number=f"{first.number}-{name}",
        placed_at=after.placed_at,
        currency=after.currency,
        taxes_included=after.taxes_included,
        lines=tuple(added),
        shipping=shipping,
        shipping_tax=None if after.shipping_tax is None else zero,
        total=total,
        tenders=_paid_with(known, after, total_minor=total.minor),
        customer=after.customer,
        ship_to=after.ship_to,
    )


def added_lines(known: Sequence[CanonicalOrder], after: CanonicalOrder) -> list[OrderLine]:
    """Units that are in a later version and in none of the orders known; nothing where a price or product changed."""
    found = []
    for line in after.lines:
        before = [each for order in known for each in order.lines if each.line_id == line.line_id]
        if any((each.sku, each.unit_price) != (line.sku, line.unit_price) for each in before):
            return []
        more = line.quantity - sum(each.quantity for each in before)
        discount, tax = line.discount, line.tax
        for each in before:
            discount -= each.discount
            tax = None if tax is None or each.tax is None else tax - each.tax
        if more > 0 and discount.minor >= 0 and (tax is None or tax.minor >= 0):
            found.append(line.model_copy(update={"quantity": more, "discount": discount, "tax": tax}))
    return found


def place(first: Order, more: CanonicalOrder, *, by: str) -> Order:
    """Put what was added into the book, once. Call it with the first order's row locked."""
    row, new = services.place(more)
    if new:
        Order.objects.filter(id=row.id).update(replaces=first.number)
        added = ", ".join(f"{line.quantity} x {line.sku}" for line in more.lines)
        services.tell(first, "order.changed", changes=[f"added {added} as order {row.number}", f"by {by}"])
    return row


def gone(orders: Sequence[Order], remains: Mapping[str, int]) -> list[tuple[Order, dict[str, int]]]:
    """Units that the channel took off, order by order: what was added last goes first."""
    found, left = [], dict(remains)
    for order in orders:
        units = cancellation_queries.gone_at_channel(order, left)
        if units:
            found.append((order, units))
        for line in order.lines.all():
            if line.sold_as in left:
                left[line.sold_as] = max(0, left[line.sold_as] - (line.quantity - line.cancelled))
    return found


def _paid_with(known: Sequence[CanonicalOrder], after: CanonicalOrder, *, total_minor: int) -> tuple[Tender, ...]:
    """The channel takes the difference as it took the rest; what it has not taken yet is still to come."""
    if not total_minor or not after.tenders:
        return ()
    paid = sum(tender.amount.minor for tender in after.tenders) >= after.total.minor
    last = after.tenders[-1]
    amount = last.amount.model_copy(update={"minor": total_minor})
    return (last.model_copy(update={"amount": amount, "state": last.state if paid else TenderState.PENDING}),)
