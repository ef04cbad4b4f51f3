"""Tell the shop where an order was placed that a parcel left, with its tracking number."""

from collections import Counter

from canonical.shipment import Shipment, ShipmentLine
from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, StepContext
from process_apis.orders import cancellations, queries
from process_apis.orders.models import Parcel, ParcelLine
from system_apis.commerce.gateway import commerce


def tell_channel(ctx: StepContext) -> Done:
    parcel = queries.parcel(ctx.subject)
    order = parcel.order
    lines = [part for part in queries.lines_of(parcel) if not part.line.is_service]  # a shop sends only goods
    if not lines:
        return Done(channel="nothing it sold is complete yet")
    if not catalog.channel(order.channel).commerce:
        return Done(channel="our own: it reads the order's status here")
    units = _still_sold(parcel)
    if not any(units.values()):
        return Done(channel="it has cancelled this, which left all the same: it comes back as a return")
    shipment = Shipment(
        shipment_id=parcel.shipment_id,
        order_number=order.number,
        node=parcel.node,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        lines=tuple(
            ShipmentLine(line_id=part.line.line_id, sku=part.line.sku, quantity=units[part.line.line_id])
            for part in lines
            if units[part.line.line_id]
        ),
        dispatched_at=parcel.dispatched_at,
    )
    told = commerce(order.channel).tell_shipped(order.channel_order_id, shipment, key=ctx.key)
    return Done(channel_ref=told.value)


def _still_sold(parcel: Parcel) -> dict[str, int]:
    """Units of a parcel, by line, that the channel has not taken off the order: it refuses to hear of the others."""
    gone = cancellations.taken_off(parcel.order)
    before: Counter[str] = Counter()
    for earlier in ParcelLine.objects.filter(parcel__order=parcel.order, parcel__position__lt=parcel.position):
        before[str(earlier.line_id)] += earlier.quantity
    return {
        part.line.line_id: max(
            0, min(part.quantity, part.line.quantity - gone[part.line.line_id] - before[str(part.line_id)])
        )
        for part in queries.lines_of(parcel)
    }
