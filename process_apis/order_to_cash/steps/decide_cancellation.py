"""Cancel what could be stopped and refuse the rest, with the order's row locked: Note [One winner]."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine import services as runs
from process_apis.engine.models import Direction, RunState
from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.fulfilment import services as later
from process_apis.order_to_cash import cancelling
from process_apis.order_to_cash.journey import journey
from process_apis.order_to_cash.steps.ask_store import ask_store
from process_apis.order_to_cash.steps.await_turn import LONGEST_LOOK_S, asked_units
from process_apis.order_to_cash.steps.stop_goods import promises_of, stopped_nodes
from process_apis.orders import cancellation_queries, cancellations, queries
from process_apis.orders.models import AskedBy, Cancellation, CancellationState, Order, OrderState
from process_apis.pickups import services as pickups
from process_apis.stock import services as stock
from process_apis.stock.reserving.give_up import give_up


def decide_cancellation(ctx: StepContext) -> Done:
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    order = queries.locked(asked.order.number)
    if asked.state != CancellationState.REQUESTED:
        return Done()
    stopped = stopped_nodes(ctx)
    for node in stopped:
        stock.recall(order_number=order.number, node=node)
    at_counter = bool(order.pickup_node) and ctx.facts["turn"] == "released"
    if at_counter and pickups.withdraw(order_number=order.number, now=ctx.now):
        stock.recall(order_number=order.number, node=order.pickup_node)
        stopped = [order.pickup_node]
    lines = {line.line_id: line for line in order.lines.all()}
    over = ctx.facts["turn"] == "over" or order.state in (OrderState.CANCELLED, OrderState.CLOSED)
    granted, parts = ({}, []) if over else cancelling.grant(
        asked_units(asked),
        open_units={name: line.quantity - line.shipped - line.cancelled for name, line in lines.items()},
        ordered={name: line.quantity - line.cancelled for name, line in lines.items()},
        promises=promises_of(order, stopped=stopped),
    )  # fmt: skip
    cancellations.decide(asked, order, granted=granted, why_not=_why_not(ctx, order), now=ctx.now)
    asked.refresh_from_db(fields=["whole", "state"])
    if not asked.whole:
        give_up(order_number=order.number, parts=[stock.Demand(*part) for part in parts])
        later.cut(order_number=order.number, parts=[later.Part(*part) for part in parts])
        if at_counter and stopped:
            _at_the_counter_again(order, ctx)
    if asked.asked_by == AskedBy.STOCK and asked.state == CancellationState.REFUSED:
        _ask(asked)
    return Done(state=asked.state, cancelled=granted)


def await_taken_back(ctx: StepContext) -> Outcome:
    """An order that is cancelled as a whole is taken back by its own journey; a parked one is told to turn back."""
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    if not asked.whole or asked.order.state == OrderState.CANCELLED:
        return Done()
    run = journey(asked.order)
    if run and run.state == RunState.PARKED and run.direction == Direction.FORWARD:
        with suppress(runs.NotParked):  # somebody resumed it this moment: its next gate turns it back
            runs.compensate(run_id=run.id, by=_by(asked), reason=asked.reason, now=ctx.now)
    looks = ctx.facts.get("looks_back", 0)
    ctx.keep(looks_back=looks + 1)
    return Wait(fact="order.cancelled", until=ctx.now + timedelta(seconds=min(2**looks, LONGEST_LOOK_S)))


def settle_cancellation(ctx: StepContext) -> Done:
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    cancellations.settle(asked, asked.order, now=ctx.now)
    return Done()


def _at_the_counter_again(order: Order, ctx: StepContext) -> None:
    if any(line.quantity > line.shipped + line.cancelled for line in order.lines.all()):
        ask_store(order, now=ctx.now)


def _ask(asked: Cancellation) -> None:
    """Goods that nobody has cannot be taken off the order by themselves, a part of a bundle for one."""
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"missing:{asked.id}",
        subject=asked.order.number,
        title=f"units of order {asked.order.number} are missing and could not be taken off it",
        detail=f"{asked.reason}. {asked.refused_because}",
        proposal="See what of the line has left; have the rest sent, or cancel the line and take back what has left.",
    )


def _why_not(ctx: StepContext, order: Order) -> str:
    picked = [f"{name.removeprefix('refused_')}: {told}" for name, told in ctx.facts.items() if "refused_" in name[:8]]
    if picked:
        return f"the warehouse had picked it ({'; '.join(picked)})"
    return f"it had left or was cancelled meanwhile: the order is {order.state.replace('_', ' ')}"


def _by(asked: Cancellation) -> str:
    return asked.by or asked.asked_by
