"""Take a parcel that has left into the books: goods off the shelf, its share of the order's money worked out.

The order's row is locked meanwhile, so that two parcels of one order share its money one after the other.
"""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from canonical.shipment import Shipment
from process_apis.catalog import services as catalog
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.order_to_cash.decisions import amounts
from process_apis.orders import belonging, parcels, queries
from process_apis.orders.models import Order, OrderLine, OrderState, Parcel, PaymentState
from process_apis.stock import queries as promised
from process_apis.stock import services as stock
from system_apis.inbox import queries as inbox
from system_apis.wms.gateway import wms

_MAY_SHIP = (OrderState.RESERVED, OrderState.RELEASED, OrderState.PART_SHIPPED)


def record_shipment(ctx: StepContext) -> Done:
    """A parcel the warehouse told us of."""
    message = inbox.message(UUID(ctx.subject))
    return take_in(wms(message.connection.code).read_shipment(bytes(message.raw)))


def record_found_shipment(ctx: StepContext) -> Done:
    """A parcel we found when we asked: nobody told us, or the word was lost."""
    return take_in(Shipment.model_validate(ctx.facts["started_by"]["shipment"]))


def take_in(shipment: Shipment) -> Done:
    """Goods that have left, whoever says so: off the shelf, and a parcel in the order's book. Twice is once."""
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
        units=_units(shipment),
        at=shipment.dispatched_at,
    )
    catalog.heard_from([shipment.node])
    parcels.record(order, lines, shipment, _share(order, lines, _shipped(order, lines, shipment)))
    return Done(parcel=shipment.shipment_id, new=True)


def _units(shipment: Shipment) -> dict[str, Counter[str]]:
    """Line → sku → units; a warehouse may list one sku of a line in several rows."""
    units: dict[str, Counter[str]] = {}
    for part in shipment.lines:
        units.setdefault(part.line_id, Counter())[part.sku] += part.quantity
    return units


def _shipped(order: Order, lines: Mapping[str, OrderLine], shipment: Shipment) -> dict[str, int]:
    """How many units of each line this parcel completes. Of a bundle one is complete when all its parts have left.

    A parcel that completes nothing bills nothing: its money goes with the parcel that brings the last part.
    """
    parts = promised.parts_of_lines(order.number)
    found = {}
    for line_id, units in _units(shipment).items():
        line = lines[line_id]
        if units.keys() == {line.sku}:
            found[line_id] = units[line.sku]
        else:
            whole = amounts.complete(parts[line_id], units=line.quantity - line.cancelled)
            found[line_id] = whole - line.shipped
    billed = {line_id: count for line_id, count in found.items() if count}
    if billed:  # gift wrap and fees are done with the goods they are for
        billed |= belonging.to_bill([belonging.Line.of(line) for line in lines.values()], billed)
    return billed


def _share(order: Order, lines: Mapping[str, OrderLine], shipped: Mapping[str, int]) -> parcels.ParcelShare:
    shares: dict[str, parcels.LineShare] = {}
    for line_id, units in shipped.items():
        line = lines[line_id]
        whole = amounts.line_money(
            price_minor=line.unit_price_minor * line.quantity,
            discount_minor=line.discount_minor,
            tax_minor=line.tax_minor or 0,
            taxes_included=order.taxes_included,
        )
        part = amounts.part_of(whole, of=line.quantity, before=line.shipped, now=units)
        shares[line_id] = parcels.LineShare(
            units, part.net_minor, part.discount_minor, part.tax_minor, cost_minor=line.unit_cost_minor * units
        )
    first = bool(shares) and not order.parcels.filter(lines__isnull=False).exists()  # shipping is earned with it
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
        tenders=amounts.draw(total, tenders=left),
    )


def _ask(shipment: Shipment, what: str) -> NeedsPerson:
    """Goods are gone whatever our book says, so the report is kept and a person decides."""
    return NeedsPerson(
        f"parcel {shipment.shipment_id} left {shipment.node} {what} ({shipment.order_number})",
        proposal="find out at the warehouse whom it went to; correct the order or recall the parcel, then resume",
        kind="business",
    )
