"""The gates of an order's journey: before goods are set aside, and before they are sent. See Note [Turns].

A gate keeps an order that somebody has to look at, lets cancellations in, and turns an order back that is cancelled.
"""

from datetime import timedelta

from django.utils import timezone

from canonical.order import LineKind
from process_apis.engine import services as runs
from process_apis.engine.process import Done, Outcome, Rejected, StepContext, Wait
from process_apis.order_to_cash import edited, suspicion
from process_apis.order_to_cash.steps.await_turn import asks_for_all
from process_apis.orders import cancellation_queries, queries, services
from process_apis.orders.models import HoldReason, Order
from process_apis.stock.reserving import pre_orders

_LOOK_AGAIN = timedelta(seconds=30)
_LOOK_FOR_GOODS = timedelta(minutes=5)
_TOLD = "order.cancellation_decided order.hold_released"


def clear_order(ctx: StepContext) -> Outcome:
    """Before anything is set aside or held: is it a fraud, was it placed twice, is it cancelled already?"""
    order = queries.locked(ctx.subject)
    _unless_taken_back(order)
    suspicion.look_at(order, now=ctx.now)
    if asks_for_all(order):
        return _let_in(ctx, order)
    return _held(ctx, order) or edited.first_taken_back(order, now=ctx.now) or Done()


def let_cancellations_in(ctx: StepContext) -> Outcome:
    """The last moment before goods are sent. The order's lock makes it one: who asks later asks the warehouse."""
    order = queries.locked(ctx.subject)
    _unless_taken_back(order)
    if cancellation_queries.undecided(order):
        return _let_in(ctx, order)
    return _held(ctx, order) or _not_out_yet(ctx, order) or Done()


def _not_out_yet(ctx: StepContext, order: Order) -> Wait | None:
    """An order with a pre-order waits whole: for the day it may leave, and for its goods."""
    days = [
        line.promised_on
        for line in order.lines.all()
        if line.kind == LineKind.PRE_ORDER and line.promised_on and line.quantity > line.cancelled
    ]
    if not days or (max(days) <= timezone.localdate(ctx.now) and pre_orders.covered(order.number)):
        return None
    runs.allow_until(run_id=ctx.run_id, until=ctx.now + timedelta(days=14))
    return Wait(fact="order.cancel_requested order.hold_released", until=ctx.now + _LOOK_FOR_GOODS)


def _unless_taken_back(order: Order) -> None:
    if (asked := cancellation_queries.taken_back(order)) is not None:
        raise Rejected(f"cancelled by {asked.asked_by}: {asked.reason}".rstrip(": "))


def _let_in(ctx: StepContext, order: Order) -> Wait:
    for asked in cancellation_queries.undecided(order)[:1]:
        services.tell(order, "order.cancel_turn", cancellation=str(asked.id))
    return Wait(fact=_TOLD, until=ctx.now + _LOOK_AGAIN)


def _held(ctx: StepContext, order: Order) -> Wait | None:
    if order.on_hold == HoldReason.FRAUD:
        return Wait(fact="order.hold_released order.cancel_requested", until=ctx.now + timedelta(hours=1))
    return None
