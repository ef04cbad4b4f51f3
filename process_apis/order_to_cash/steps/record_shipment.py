"""Take a parcel that has left into the books: goods off the shelf, its share of the order's money worked out.

The order's row is locked meanwhile, so that two parcels of one order share its money one after the other.
"""

from collections.abc import Mapping
from uuid import UUID

from canonical.shipment import Shipment
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.order_to_cash import decisions
from process_apis.orders import parcels, queries
from process_apis.orders.models import Order, OrderLine, OrderState, Parcel, PaymentState
from process_apis.stock import services as stock
from system_apis.inbox import queries as inbox
from system_apis.wms.gateway import wms

_MAY_SHIP = (OrderState.RESERVED, OrderState.RELEASED, OrderState.PART_SHIPPED)


def record_shipment(ctx: StepContext) -> Done:
    message = inbox.message(UUID(ctx.subject))
    shipment = wms(message.connection.code).read_shipment(bytes(message.raw))
    try:
        order = queries.locked(shipment.order_number)
    except queries.NoSuchOrder as unknown:
        raise _ask(shipment, "of an order we do not know") from unknown
    if Parcel.objects.filter(shipment_id=shipment.shipment_id).exists():  # under the lock: its twin may be at work too
        return Done(parcel=shipment.shipment_id, new=False)
    if order.state not in _MAY_SHIP:
        raise _ask(shipment, f"of an order that is {order.state}")
    lines = {line.line_id: line for line in order.lines.all()}
    if strange := [part.line_id for part in shipment.lines if part.line_id not in lines]:
        raise _ask(shipment, f"with lines the order does not have: {', '.join(strange)}")
    stock.dispatch(
        order_number=order.number,
        parcel=shipment.shipment_id,
        node=shipment.node,
        units={part.line_id: (part.sku, part.quantity) for part in shipment.lines},
        at=shipment.dispatched_at,
    )
    parcels.record(order, lines, shipment, _share(order, lines, shipment))
    return Done(parcel=shipment.shipment_id, new=True)


def _share(order: Order, lines: Mapping[str, OrderLine], shipment: Shipment) -> parcels.ParcelShare:
    shares: dict[str, parcels.LineShare] = {}
    for part in shipment.lines:
        line = lines[part.line_id]
        whole = decisions.line_money(
            price_minor=line.unit_price_minor * line.quantity,
            discount_minor=line.discount_minor,
            tax_minor=line.tax_minor or 0,
            taxes_included=order.taxes_included,
        )
        net, discount, tax = (
            decisions.share(amount, of=line.quantity, before=line.shipped, now=part.quantity)
            for amount in (whole.net_minor, whole.discount_minor, whole.tax_minor)
        )
        shares[part.line_id] = parcels.LineShare(
            part.quantity, net, discount, tax, cost_minor=line.unit_cost_minor * part.quantity
        )
    first = not order.parcels.exists()  # shipping is earned with the first parcel
    shipping_tax = order.shipping_tax_minor or 0
    shipping = order.shipping_minor - (shipping_tax if order.taxes_included else 0)
    total = sum(share.total_minor for share in shares.values()) + (shipping + shipping_tax if first else 0)
    used = parcels.drawn(order)
    voided = (PaymentState.VOIDED, PaymentState.REFUNDED)
    left = [(p.id, p.amount_minor - used.get(p.id, 0)) for p in order.payments.all() if p.state not in voided]
    return parcels.ParcelShare(
        lines=shares,
        shipping_minor=shipping if first else 0,
        shipping_tax_minor=shipping_tax if first else 0,
        tenders=decisions.draw(total, tenders=left),
    )


def _ask(shipment: Shipment, what: str) -> NeedsPerson:
    """Goods are gone whatever our book says, so the report is kept and a person decides."""
    return NeedsPerson(
        f"parcel {shipment.shipment_id} left {shipment.node} {what} ({shipment.order_number})",
        proposal="find out at the warehouse whom it went to; correct the order or recall the parcel, then resume",
        kind="business",
    )
