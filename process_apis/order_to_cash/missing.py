"""Units a node was asked for and does not have: what the rule in force says is tried, one way after the other.

Call it with the order's row locked. What was agreed stands: prices and promotions are honoured, whoever sends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from canonical.order import Address
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog import queries as catalog
from process_apis.fulfilment import queries as fulfilment
from process_apis.fulfilment import services
from process_apis.fulfilment.decisions import OTHERWISE
from process_apis.fulfilment.models import Cause, SentLater, Way
from process_apis.fulfilment.services import Part
from process_apis.order_to_cash.substituting import substitute
from process_apis.orders import cancellations
from process_apis.orders import services as orders
from process_apis.orders.models import AskedBy, Order, OrderEvent, OrderLine
from process_apis.sourcing import services as sourcing
from process_apis.stock import queries as promised
from process_apis.stock.reserving import baskets
from process_apis.stock.reserving.give_up import give_up
from process_apis.stock.services import Demand
from process_apis.stock_policy import reading as policies
from retail_platform.kernel.problem import DomainError


@dataclass(frozen=True, slots=True)
class Lost:
    """What is missing of an order, why, and since when we know."""

    order: Order
    part: Part
    cause: Cause
    now: datetime
    by_rule: bool  # somebody has said what is to be done


def handle(order: Order, parts: Sequence[Part], *, cause: Cause, now: datetime) -> dict[str, str]:
    """Do what the rule says with each part; what nothing helps with is a case. Returns way by line and sku."""
    nodes, outcome = catalog.nodes(), {}
    for part in parts:
        part = replace(part, units=min(part.units, _still_wanted(order, part)))
        if part.units <= 0:
            continue
        kind = nodes[part.node].kind if part.node in nodes else ""
        rule = services.rule_at(channel=order.channel, node=part.node, node_kind=kind, now=now)
        lost = Lost(order, part, cause, now, by_rule=rule is not OTHERWISE)
        found = next((way for way in rule.ways if _WAYS[way](lost)), "")
        if not found:
            _ask(lost, tried=rule.ways)
        outcome[f"{part.line_id}:{part.sku}"] = found
        orders.tell(
            order, "order.line_missing", line_id=part.line_id, sku=part.sku, node=part.node, units=part.units,
            cause=str(cause), outcome=found or "case",
        )  # fmt: skip
    return outcome


def _still_wanted(order: Order, part: Part) -> int:
    """Units the node is still to send of those it was asked for; what waits already is not missing twice."""
    waits = fulfilment.waiting_units(order.number)
    rows = [
        row for row in promised.to_send(order.number)
        if (row.line_id, row.sku, row.node) == (part.line_id, part.sku, part.node)
    ]  # fmt: skip
    return sum(row.units - row.consumed for row in rows) - waits.get((part.line_id, part.sku, part.node), 0)


def _elsewhere(lost: Lost) -> bool:
    """Other nodes send it: none that had it missing before, or is sending some of the line right now."""
    order, part = lost.order, lost.part
    choice = sourcing.source(
        [(part.line_id, part.sku, part.units)], channel=order.channel, now=lost.now,
        near=Address(**order.ship_to).point, without=_tried(order, part),
    )  # fmt: skip
    if not choice.parts:
        return False
    wanted = [Demand(*each) for each in choice.parts]
    try:
        with transaction.atomic():
            move(order, part, to=wanted)
    except DomainError:  # another basket was faster since we looked
        return False
    for each in wanted:
        there = Part(each.line_id, each.sku, each.node, each.units)
        _postpone(lost, part=there, way=Way.RESOURCE)
    sourcing.also_from(order_number=order.number, nodes=sorted({each.node for each in wanted}), now=lost.now)
    return True


def move(order: Order, part: Part, *, to: Sequence[Demand]) -> None:
    """Promise units from other places instead. Raises OutOfStock; nothing is moved then."""
    give_up(order_number=order.number, parts=[Demand(part.line_id, part.sku, part.node, part.units)])
    failed = baskets.promise([baskets.Basket(order.number, to)], anew=True)[0]
    if failed is not None:
        raise failed


def _tried(order: Order, part: Part) -> set[str]:
    before = OrderEvent.objects.filter(
        order=order, name="order.line_missing", detail__line_id=part.line_id, detail__sku=part.sku
    )
    at_work = {
        row.node for row in promised.to_send(order.number)
        if row.line_id == part.line_id and row.units > row.consumed
    }  # fmt: skip
    return {part.node, *before.values_list("detail__node", flat=True), *at_work}


def _instead(lost: Lost) -> bool:
    """Another product is sent on a line of its own, at no higher price."""
    for sku in fulfilment.substitutes(lost.part.sku):
        made = substitute(lost.order, lost.part, sku=sku, now=lost.now, move=move)
        if made:
            for each in made:
                _postpone(lost, part=each, way=Way.SUBSTITUTE)
            return True
    return False


def _when_it_is_there(lost: Lost) -> bool:
    """It keeps its promise, with a new day: of what suppliers say, or of the channel's rule for back-orders."""
    order, part = lost.order, lost.part
    day = fulfilment.expected_on(part.sku, node=part.node, units=part.units)
    if day is None:
        nodes = catalog.nodes()
        rules = policies.in_force([part.sku], now=lost.now).rules
        kind = nodes[part.node].kind if part.node in nodes else ""
        where = {"sku": part.sku, "node": part.node, "node_kind": kind, "channel": order.channel}
        days = rules.value("backorder_days", **where)
        allowed = lost.by_rule or rules.value("backorder", **where)
        if days is None or not allowed or lost.cause == Cause.NOT_ANSWERED:
            return False
        day = policies.today(lost.now) + timedelta(days=days)
    later = _postpone(lost, part=part, way=Way.BACKORDER, needs_goods=True, promised_on=day)
    OrderLine.objects.filter(order=order, line_id=part.line_id).update(promised_on=day)
    tell_later(order, later, name="order.backordered")
    return True


def _take_off(lost: Lost) -> bool:
    """The customer does not get it: the same journey as any cancellation, which needs to ask nobody for these units."""
    order, part = lost.order, lost.part
    line = order.lines.get(line_id=part.line_id)
    per_unit = max(1, promised.parts_of_lines(order.number)[part.line_id][part.sku][0]
                   // max(1, line.quantity - line.cancelled))  # fmt: skip
    units = -(-part.units // per_unit)
    _postpone(lost, part=part, way=Way.CANCEL)
    try:
        cancellations.request(
            number=order.number, key=f"missing:{part.node}:{part.line_id}:{part.sku}:{lost.now.timestamp()}",
            asked_by=AskedBy.STOCK, reason="it is not in stock after all", units={part.line_id: units}, now=lost.now,
        )  # fmt: skip
    except cancellations.TooLateToCancel:  # somebody has asked for that already
        return True
    return True


_WAYS: dict[str, Callable[[Lost], bool]] = {
    "resource": _elsewhere,
    "substitute": _instead,
    "backorder": _when_it_is_there,
    "cancel": _take_off,
}


def _postpone(
    lost: Lost, *, part: Part, way: Way, needs_goods: bool = False, promised_on: date | None = None
) -> SentLater:
    later = services.postpone(
        order_number=lost.order.number, part=part, cause=lost.cause, way=way, now=lost.now, needs_goods=needs_goods,
        promised_on=promised_on,
    )  # fmt: skip
    if way != Way.CANCEL:
        tell_later(lost.order, later)
    return later


def tell_later(order: Order, later: SentLater, *, name: str = "order.sent_later") -> None:
    """A run of its own asks the node for it when its time has come."""
    orders.tell(
        order, name, later=str(later.id), line_id=later.line_id, sku=later.sku, node=later.node, units=later.units,
        promised_on=later.promised_on.isoformat() if later.promised_on else "",
    )  # fmt: skip


def _ask(lost: Lost, *, tried: Sequence[str]) -> None:
    part = lost.part
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"missing:{lost.order.number}:{part.line_id}:{part.sku}:{part.node}",
        subject=lost.order.number,
        title=f"{part.node} lacks {part.units} x {part.sku} of order {lost.order.number}, and nobody else has it",
        detail=f"{Cause(lost.cause).label}; tried: {', '.join(tried) or 'nothing, by its rule'}.",
        proposal="Bring goods in, or cancel these units; the rule is under Fulfilment, Handling rules.",
    )
