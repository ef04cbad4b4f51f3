"""Tell the shop where an order was placed that a parcel left, with its tracking number."""

from canonical.shipment import Shipment, ShipmentLine
from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, StepContext
from process_apis.orders import queries
from system_apis.commerce.gateway import commerce


def tell_channel(ctx: StepContext) -> Done:
    parcel = queries.parcel(ctx.subject)
    order = parcel.order
    lines = queries.lines_of(parcel)
    if not lines:
        return Done(channel="nothing it sold is complete yet")
    if not catalog.channel(order.channel).commerce:
        return Done(channel="our own: it reads the order's status here")
    shipment = Shipment(
        shipment_id=parcel.shipment_id,
        order_number=order.number,
        node=parcel.node,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        lines=tuple(
            ShipmentLine(line_id=part.line.line_id, sku=part.line.sku, quantity=part.quantity) for part in lines
        ),
        dispatched_at=parcel.dispatched_at,
    )
    told = commerce(order.channel).tell_shipped(order.channel_order_id, shipment, key=ctx.key)
    return Done(channel_ref=told.value)
