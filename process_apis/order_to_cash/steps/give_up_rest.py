"""Give up what a customer left at the counter: to the shelf, off the order, and what was paid for it back to him.

A hold on a card ends when the order closes; what was taken with the order, a gift card's share for one, is refunded.
"""

from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash.steps.create_erp_order import reduce_to_what_remains
from process_apis.order_to_cash.steps.give_back_cancelled import book_given_back, give_back_beyond_due
from process_apis.orders import queries, rest
from process_apis.pickups import queries as pickups
from process_apis.pickups import services as counter
from process_apis.pickups.models import Pickup, PickupState
from process_apis.stock import services as stock


def give_up_rest(ctx: StepContext) -> Done:
    pickup = pickups.pickup(ctx.subject)
    if pickup.state != PickupState.COLLECTED_PARTIAL:
        return Done()
    order = queries.locked(pickup.order_number)
    units = stock.release(order_number=order.number)
    rest.give_up(order, reason="the customer left it at the counter", now=ctx.now)
    return Done(units_given_back=units)


def reduce_left_behind(ctx: StepContext) -> Done:
    pickup = _left_behind(ctx)
    if pickup is None:
        return Done()
    return Done(erp_order=reduce_to_what_remains(queries.order(pickup.order_number), key=ctx.key))


def refund_left_behind(ctx: StepContext) -> Done:
    pickup = _left_behind(ctx)
    if pickup is None:
        return Done(refunds={})
    refunds, writes = give_back_beyond_due(ctx, queries.order(pickup.order_number), cause=f"pickup-{pickup.id.hex}")
    return Done(refunds=refunds, then=writes)


def book_left_behind(ctx: StepContext) -> Done:
    pickup = pickups.pickup(ctx.subject)
    order, memo = queries.order(pickup.order_number), "Left at the counter"
    return book_given_back(ctx, order, name=pickup.id.hex[:8], cause=f"pickup:{pickup.id}", memo=memo)


def settle_pickup(ctx: StepContext) -> Done:
    """The other books know; the order's own journey goes on, or turns back where nothing was collected."""
    counter.settled(pickups.pickup(ctx.subject), now=ctx.now)
    return Done()


def _left_behind(ctx: StepContext) -> Pickup | None:
    pickup = pickups.pickup(ctx.subject)
    return pickup if pickup.state == PickupState.COLLECTED_PARTIAL else None
