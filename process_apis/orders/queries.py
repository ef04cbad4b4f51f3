"""Read the order book."""

from collections import Counter
from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from canonical.money import Money
from canonical.order import Address, Customer, LineKind, OrderLine, Tender, TenderState
from canonical.order import Order as CanonicalOrder
from process_apis.catalog.tender_models import SettledBy
from process_apis.orders.models import Order, Parcel, ParcelLine, ParcelTender, Payment, PaymentState
from retail_platform.kernel.problem import DomainError

_TENDER_STATE: Mapping[str, TenderState] = {
    PaymentState.PREPAID: TenderState.CAPTURED,
    PaymentState.PENDING: TenderState.PENDING,
}


class NoSuchOrder(DomainError):
    """No order of this number, or not one of yours."""

    status = 404
    kind = "no-such-order"
    title = "There is no such order"


def order(number: str) -> Order:
    """One order. Raises NoSuchOrder."""
    found = Order.objects.filter(number=number).first()
    if found is None:
        raise NoSuchOrder(f"there is no order {number!r} for you; check the number")
    return found


def visible(number: str, *, channels: Collection[str]) -> Order:
    """One order of those channels; none named means all. Raises NoSuchOrder."""
    found = order(number)
    if channels and found.channel not in channels:
        raise NoSuchOrder(f"there is no order {number!r} for you; check the number")
    return found


def locked(number: str) -> Order:
    """One order, its row locked until the transaction ends. Raises NoSuchOrder.

    The lock leaves the key alone: rows that point here are checked at their commit, and would wait for us in a circle.
    """
    found = Order.objects.select_for_update(no_key=True).filter(number=number).first()
    if found is None:
        raise NoSuchOrder(f"there is no order {number!r} for you; check the number")
    return found


def at_channel(channel: str, channel_order_id: str) -> Order | None:
    """The order that a channel calls by this id."""
    return Order.objects.filter(channel=channel, channel_order_id=channel_order_id).first()


def made_anew_from(order: Order) -> Order | None:
    """The order that its channel cancelled to make this one; None where there is none, or we never heard of it."""
    return at_channel(order.channel, order.edit_of) if order.edit_of else None


def goes_on_as(order: Order) -> Order | None:
    """The order that its channel made of this one when it cancelled it."""
    made = Order.objects.filter(channel=order.channel, edit_of=order.channel_order_id).exclude(edit_of="")
    return made.order_by("-received_at").first()


def goods(order: Order) -> Counter[str]:
    """What an order is of: sku → units."""
    units: Counter[str] = Counter()
    for line in order.lines.all():
        units[line.sku] += line.quantity
    return units


def parcel(shipment_id: str) -> Parcel:
    """One parcel with its order. Raises Parcel.DoesNotExist."""
    return Parcel.objects.select_related("order").get(shipment_id=shipment_id)


def payments_of(number: str) -> list[Payment]:
    """The tenders of an order in the order in which they are drawn, each with its order."""
    return list(Payment.objects.filter(order__number=number).select_related("order"))


def payment(number: str, *, position: int) -> Payment:
    """One tender with its order. Raises Payment.DoesNotExist."""
    return Payment.objects.select_related("order").get(order__number=number, position=position)


def lines_of(parcel: Parcel) -> list[ParcelLine]:
    """The lines of a parcel, each with its order line."""
    return list(parcel.lines.select_related("line"))


def tenders_of(parcel: Parcel) -> list[ParcelTender]:
    """What each payment pays of a parcel, with the payment and its order."""
    return list(parcel.tenders.select_related("payment__order").order_by("payment__position"))


def _tender_state(payment: Payment) -> TenderState:
    if payment.settled_by == SettledBy.CHANNEL and payment.state not in _TENDER_STATE:
        return TenderState.AUTHORIZED
    return _TENDER_STATE.get(payment.state, TenderState.TOKEN)


def canonical(row: Order) -> CanonicalOrder:
    """An order as it was agreed, in the words every system understands."""

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=row.currency)

    lines = tuple(
        OrderLine(
            line_id=line.line_id,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=money(line.unit_price_minor),
            discount=money(line.discount_minor),
            tax=None if line.tax_minor is None else money(line.tax_minor),
            kind=LineKind(line.kind),
            contract=line.contract,
            wanted_on=line.wanted_on,
            belongs_to=line.belongs_to,
        )
        for line in row.lines.all()
        if not line.instead_of
    )
    tenders = tuple(
        Tender(
            kind=payment.kind,
            amount=money(payment.amount_minor),
            state=_tender_state(payment),
            reference=payment.reference,
        )
        for payment in row.payments.all()
    )
    return CanonicalOrder(
        channel=row.channel,
        channel_order_id=row.channel_order_id,
        channel_version=row.channel_version,
        number=row.number,
        placed_at=row.placed_at,
        currency=row.currency,
        taxes_included=row.taxes_included,
        lines=lines,
        shipping=money(row.shipping_minor),
        shipping_tax=None if row.shipping_tax_minor is None else money(row.shipping_tax_minor),
        total=money(row.total_minor),
        tenders=tenders,
        customer=Customer(reference=row.customer_reference, name=row.customer_name, email=row.customer_email),
        ship_to=Address(**row.ship_to),
        pickup_node=row.pickup_node,
        purchase_order=row.purchase_order,
        sold_at=row.sold_at,
        placed_by=row.placed_by,
        edit_of=row.edit_of,
    )


def recent(*, channels: Collection[str], state: str | None = None, channel: str | None = None) -> QuerySet[Order]:
    """Orders to page through; `channels` are those a caller may see, none of them named means all."""
    wanted = {"state": state, "channel": channel}
    found = Order.objects.filter(**{name: value for name, value in wanted.items() if value})
    return found.filter(channel__in=channels) if channels else found


def in_full(number: str, *, channels: Collection[str]) -> Order:
    """One order with all that hangs on it. Raises NoSuchOrder, also for one of a channel the caller may not see."""
    whole = Order.objects.prefetch_related("lines", "payments", "parcels__lines__line", "events")
    found = whole.filter(number=number).first()
    if found is None or (channels and found.channel not in channels):
        raise NoSuchOrder(f"there is no order {number!r} for you; check the number")
    return found
