"""Wait until an order's own journey stands still where a cancellation may step in, and earlier ones are decided.

Note [Turns]: the journey and a cancellation never change one order at once. The journey stops at its gates while
something is to be cancelled; a cancellation begins only while the journey is at a gate, waits for parcels, is parked
or is over. A part of an order is cancelled before its release or after it; all of it at any gate.
"""

from datetime import timedelta
from uuid import UUID

from process_apis.engine.models import Direction, ProcessRun, RunState
from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.fulfilment import queries as fulfilment
from process_apis.order_to_cash.journey import journey
from process_apis.orders import cancellation_queries
from process_apis.orders.models import Cancellation, CancellationState, Order

LONGEST_LOOK_S = 60
RELEASED, BEFORE_RELEASE = "await_parcels", "let_cancellations_in"
_GATES = ("clear_order", BEFORE_RELEASE)


def await_turn(ctx: StepContext) -> Outcome:
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    if asked.state != CancellationState.REQUESTED:
        return Done(turn="decided")
    run = journey(asked.order)
    earlier = cancellation_queries.unsettled(asked.order)[0].id != asked.id
    turn = (
        ""
        if earlier or run is None or fulfilment.busy(asked.order.number)
        else _turn(run, whole=asks_for_all(asked.order))
    )
    if not turn:
        looks = ctx.facts.get("looks", 0)
        ctx.keep(looks=looks + 1)
        return Wait(fact="order.cancel_turn", until=ctx.now + timedelta(seconds=min(2**looks, LONGEST_LOOK_S)))
    return Done(turn=turn)


def asks_for_all(order: Order) -> bool:
    """Is everything asked to be cancelled that is open, and has nothing left?"""
    lines = list(order.lines.all())
    return all(
        not line.shipped and line.cancel_requested >= line.quantity - line.shipped - line.cancelled for line in lines
    )


def asked_units(asked: Cancellation) -> dict[str, int]:
    """What is asked for, by line_id."""
    return {each.line.line_id: each.units for each in asked.lines.select_related("line")}


def _turn(run: ProcessRun, *, whole: bool) -> str:
    if run.finished_at is not None:
        return "over"
    if run.direction == Direction.UNDOING:
        return ""
    if run.step == RELEASED:
        return "released"
    if run.step == BEFORE_RELEASE and run.state == RunState.WAITING:
        return "gate"
    if whole and (run.state == RunState.PARKED or (run.step in _GATES and run.state == RunState.WAITING)):
        return "gate"
    return ""
