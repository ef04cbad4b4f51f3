"""Wait until every line has left or is cancelled and every parcel is settled. Writes nothing."""

from datetime import timedelta

from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.orders import queries
from process_apis.orders.models import ParcelState

LOOK_AGAIN = timedelta(hours=6)  # a lost fact costs hours, not the order


def await_parcels(ctx: StepContext) -> Outcome:
    order = queries.order(ctx.subject)
    if any(line.quantity > line.shipped + line.cancelled for line in order.lines.all()):
        return Wait(fact="shipment.dispatched", until=ctx.now + LOOK_AGAIN)
    if order.parcels.exclude(state=ParcelState.SETTLED).exists():
        return Wait(fact="parcel.settled", until=ctx.now + LOOK_AGAIN)
    return Done(parcels=order.parcels.count())
