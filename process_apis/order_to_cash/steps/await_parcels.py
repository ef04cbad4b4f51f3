"""Wait until every line has left or is cancelled and every parcel is settled. Nobody's word for it is relied upon."""

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from process_apis.engine.process import Done, Outcome, Rejected, StepContext, Wait
from process_apis.order_to_cash import lookout
from process_apis.orders import cancellation_queries, queries, services
from process_apis.orders.models import ParcelState
from process_apis.pickups import queries as pickups
from process_apis.pickups.models import PickupState
from system_apis.errors import Unavailable

_IN_VAIN = {
    PickupState.EXPIRED: "nobody collected it in time",
    PickupState.STORE_REJECTED: "the store could not hand it over, and nobody else has it",
}


def await_parcels(ctx: StepContext) -> Outcome:
    order = queries.order(ctx.subject)
    if (asked := cancellation_queries.taken_back(order)) is not None:
        raise Rejected(f"cancelled by {asked.asked_by}: {asked.reason}".rstrip(": "))
    for waiting in cancellation_queries.undecided(order)[:1]:  # it need not wait for its next look: Note [Turns]
        with transaction.atomic():
            services.tell(order, "order.cancel_turn", cancellation=str(waiting.id))
    look_again = timedelta(seconds=settings.PARCEL_LOOK_S)
    if order.pickup_node and any(line.quantity > line.shipped + line.cancelled for line in order.lines.all()):
        if ended := pickups.in_vain(order.number, node=order.pickup_node):
            raise Rejected(_IN_VAIN[PickupState(ended.state)])
        return Wait(fact="pickup.settled order.cancellation_decided", until=ctx.now + look_again)
    if any(line.quantity > line.shipped + line.cancelled for line in order.lines.all()):
        since = ctx.facts.get("looked_at")
        if since is None:  # it was asked for just now
            ctx.keep(looked_at=ctx.now.timestamp())
        elif ctx.now.timestamp() >= since + settings.PARCEL_LOOK_S:
            with suppress(Unavailable):  # no order stops because a warehouse cannot be asked right now
                lookout.find_parcels(order)
            ctx.keep(looked_at=ctx.now.timestamp())
        return Wait(fact="shipment.dispatched order.cancellation_decided", until=ctx.now + look_again)
    if order.parcels.exclude(state=ParcelState.SETTLED).exists():
        return Wait(fact="parcel.settled", until=ctx.now + look_again)
    if order.pickup_node and pickups.unsettled(order.number):
        return Wait(fact="pickup.settled", until=ctx.now + look_again)
    if cancellation_queries.unsettled(order):
        return Wait(fact="order.cancellation_settled", until=ctx.now + look_again)
    return Done(parcels=order.parcels.count())
