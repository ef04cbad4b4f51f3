"""Tell the shop where an order was placed that a parcel left, with its tracking number."""

from collections import Counter
from collections.abc import Mapping, Sequence

from canonical.shipment import Shipment, ShipmentLine
from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash import chain
from process_apis.orders import cancellation_queries, queries
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
        lines=_as_sold(lines, units),
        dispatched_at=parcel.dispatched_at,
    )
    told = commerce(order.channel).tell_shipped(chain.id_at_channel(order), shipment, key=ctx.key)
    return Done(channel_ref=told.value)


def _as_sold(lines: Sequence[ParcelLine], units: Mapping[str, int]) -> tuple[ShipmentLine, ...]:
    """By the shop's own lines: what was sent instead of one counts as that one, since it knows no other."""
    found: dict[str, ShipmentLine] = {}
    for part in lines:
        count, sold = units[part.line.line_id], part.line.sold_as
        if count:
            before = found[sold].quantity if sold in found else 0
            found[sold] = ShipmentLine(line_id=sold, sku=part.line.sku, quantity=before + count)
    return tuple(found.values())


def _still_sold(parcel: Parcel) -> dict[str, int]:
    """Units of a parcel, by line, that the channel has not taken off the order: it refuses to hear of the others."""
    gone = cancellation_queries.taken_off(parcel.order)
    before: Counter[str] = Counter()
    for earlier in ParcelLine.objects.filter(parcel__order=parcel.order, parcel__position__lt=parcel.position):
        before[str(earlier.line_id)] += earlier.quantity
    return {
        part.line.line_id: max(
            0, min(part.quantity, part.line.quantity - gone[part.line.line_id] - before[str(part.line_id)])
        )
        for part in queries.lines_of(parcel)
    }
