"""Read the order book."""

from canonical.money import Money
from canonical.order import Address, Customer, OrderLine, Tender, TenderState
from canonical.order import Order as CanonicalOrder
from process_apis.orders.models import Order, Parcel, PaymentState
from retail_platform.kernel.problem import DomainError


class NoSuchOrder(DomainError):
    """No order of this number, or not one of yours."""

    status = 404
    kind = "no-such-order"
    title = "There is no such order"


def order(number: str) -> Order:
    """One order with its lines and payments. Raises NoSuchOrder."""
    found = Order.objects.prefetch_related("lines", "payments").filter(number=number).first()
    if found is None:
        raise NoSuchOrder(f"there is no order {number!r}")
    return found


def locked(number: str) -> Order:
    """One order, its row locked until the transaction ends. Raises NoSuchOrder."""
    found = Order.objects.select_for_update().filter(number=number).first()
    if found is None:
        raise NoSuchOrder(f"there is no order {number!r}")
    return found


def parcel(shipment_id: str) -> Parcel:
    """One parcel with its order and lines. Raises Parcel.DoesNotExist."""
    return (
        Parcel.objects.select_related("order")
        .prefetch_related("lines__line", "tenders__payment", "order__payments")
        .get(shipment_id=shipment_id)
    )


def canonical(row: Order) -> CanonicalOrder:
    """An order in the words every system understands."""

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
        )
        for line in row.lines.all()
    )
    tenders = tuple(
        Tender(
            kind=payment.kind,
            amount=money(payment.amount_minor),
            state=TenderState.CAPTURED if payment.state == PaymentState.PREPAID else TenderState.TOKEN,
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
    )
