"""Take what was handed over at a counter into the books, as a parcel is: it bills, it earns, it leaves the stock."""

from canonical.shipment import Shipment, ShipmentLine
from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash.steps.record_shipment import take_in
from process_apis.pickups import queries as pickups


def record_handover(ctx: StepContext) -> Done:
    pickup = pickups.pickup(ctx.subject)
    return take_in(
        Shipment(
            shipment_id=f"PU-{pickup.id.hex}",
            order_number=pickup.order_number,
            node=pickup.node,
            lines=tuple(
                ShipmentLine(line_id=line.line_id, sku=sku, quantity=each * line.collected)
                for line in pickup.lines.all()
                for sku, each in line.parts.items()
                if line.collected
            ),
            dispatched_at=pickup.ended_at or ctx.now,
        )
    )
