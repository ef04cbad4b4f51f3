"""Goods that are promised are not there any more: do what the rule says, before a node looks for them in vain.

What is only held is given back. For an order this works on what is still short by then, while its own journey stands
before its release; where the rule says back-order nothing is done: the release keeps back what is not there. A counter
that has not begun to pick need not look for it (answer_oversold_pickup); any other node that was asked says it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from canonical.order import Address
from process_apis.catalog import queries as catalog
from process_apis.engine.models import Direction, ProcessRun
from process_apis.engine.process import Done, Outcome, StepContext
from process_apis.fulfilment import queries as expected
from process_apis.fulfilment import services as fulfilment
from process_apis.fulfilment.decisions import OTHERWISE
from process_apis.fulfilment.services import Part
from process_apis.order_to_cash.journey import journey
from process_apis.order_to_cash.missing import move
from process_apis.order_to_cash.steps.answer_oversold_pickup import answer_at_counter, is_collected_at, still_hit
from process_apis.order_to_cash.steps.record_short_pick import wait_a_while
from process_apis.orders import cancellation_queries, cancellations, queries
from process_apis.orders import services as orders
from process_apis.orders.models import AskedBy, Order, OrderState
from process_apis.sourcing import services as sourcing
from process_apis.stock import queries as promised
from process_apis.stock.reserving import losing
from process_apis.stock.services import Demand
from retail_platform.kernel.problem import DomainError

BEFORE_RELEASE = ("confirm_payment", "create_erp_order", "let_cancellations_in")


@dataclass(frozen=True, slots=True)
class Hit:
    """Units of an order's line that one node cannot send."""

    order: Order
    part: Part
    key: str
    now: datetime
    by_rule: bool  # somebody has said what is to be done


def answer_oversold(ctx: StepContext) -> Outcome:
    told = ctx.facts["started_by"]
    if told.get("hold"):
        confirmed = losing.order_of(told["hold"])
        if not confirmed and losing.lose(hold=told["hold"], sku=told["sku"], node=told["node"]):
            return Done(outcome="it was only held: the next confirm says so")
        if not confirmed:  # a moment ago; its order is locked before its promises, so not now
            return wait_a_while(ctx)
        told = {**told, "order_number": confirmed}
    if is_collected_at(told["node"], number=told["order_number"]):
        return answer_at_counter(ctx, told)
    order = _stopped_before_release(told["order_number"])
    if order is None:
        return Done(outcome="too late: whoever was asked says what is missing")
    if cancellation_queries.unsettled(order):  # Note [Turns]
        return wait_a_while(ctx)
    part = Part(told["line_id"], told["sku"], told["node"], still_hit(told))
    if not part.units:
        return Done(outcome="nothing of it is short any more")
    nodes = catalog.nodes()
    kind = nodes[part.node].kind if part.node in nodes else ""
    rule = fulfilment.rule_at(channel=order.channel, node=part.node, node_kind=kind, now=ctx.now)
    hit = Hit(order, part, ctx.subject, ctx.now, by_rule=rule is not OTHERWISE)
    found = next((way for way in rule.ways if way in _WAYS and _WAYS[way](hit)), "")
    orders.tell(
        order, "order.line_missing", line_id=part.line_id, sku=part.sku, node=part.node, units=part.units,
        cause="oversold", outcome=found or "case",
    )  # fmt: skip
    return Done(outcome=found)


def _stopped_before_release(number: str) -> Order | None:
    """The order, its journey held where it is by a lock on the run, which comes before the order's own."""
    try:
        run = journey(queries.order(number))
    except queries.NoSuchOrder:
        return None
    if run is None:
        return None
    run = ProcessRun.objects.select_for_update(no_key=True).get(id=run.id)
    order = queries.locked(number)
    stands = run.finished_at is None and run.direction != Direction.UNDOING and run.step in BEFORE_RELEASE
    return order if stands and order.state == OrderState.RESERVED else None


def _elsewhere(hit: Hit) -> bool:
    order, part = hit.order, hit.part
    choice = sourcing.source(
        [(part.line_id, part.sku, part.units)], channel=order.channel, now=hit.now,
        near=Address(**order.ship_to).point, without={part.node},
    )  # fmt: skip
    if not choice.parts:
        return False
    wanted = [Demand(*each) for each in choice.parts]
    try:
        with transaction.atomic():
            move(order, part, to=wanted)
    except DomainError:  # another basket was faster since we looked
        return False
    sourcing.also_from(order_number=order.number, nodes=sorted({each.node for each in wanted}), now=hit.now)
    return True


def _waits(hit: Hit) -> bool:
    """It keeps its promise, where somebody knows when goods come or has said that it is to wait."""
    part = hit.part
    return hit.by_rule or expected.expected_on(part.sku, node=part.node, units=part.units) is not None


def _take_off(hit: Hit) -> bool:
    order, part = hit.order, hit.part
    line = order.lines.get(line_id=part.line_id)
    per_unit = max(1, promised.parts_of_lines(order.number)[part.line_id][part.sku][0] // max(1, line.quantity))
    try:
        cancellations.request(
            number=order.number, key=f"oversold:{hit.key}", asked_by=AskedBy.STOCK, now=hit.now,
            reason="it is not in stock after all", units={part.line_id: -(-part.units // per_unit)},
        )  # fmt: skip
    except cancellations.TooLateToCancel:  # somebody has asked for that already
        return True
    return True


_WAYS = {"resource": _elsewhere, "backorder": _waits, "cancel": _take_off}
