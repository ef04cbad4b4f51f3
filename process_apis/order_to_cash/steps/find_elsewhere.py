"""A store has said no: look for the goods at another counter nearby, or have them sent. Moves all, or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog import hours
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node
from process_apis.engine.process import Done, Outcome, StepContext
from process_apis.order_to_cash.steps.ask_store import ask_store
from process_apis.order_to_cash.steps.release_to_warehouse import release_to_warehouse
from process_apis.orders import queries
from process_apis.orders.models import Order, OrderState
from process_apis.pickups import decisions, moves
from process_apis.pickups import queries as pickups
from process_apis.pickups.models import Pickup, RejectReason
from process_apis.stock import queries as stock
from process_apis.stock.reserving import holds
from process_apis.stock_policy import services as stock_policy
from retail_platform.kernel.problem import DomainError

_COUNT_IT = (RejectReason.NOT_FOUND, RejectReason.DAMAGED, RejectReason.SOLD_IN_STORE, RejectReason.DISPLAY_ONLY)


def find_elsewhere(ctx: StepContext) -> Done:
    pickup = pickups.pickup(ctx.subject)
    order = queries.locked(pickup.order_number)
    if pickup.reject_reason in _COUNT_IT:
        _have_it_counted(pickup)
    if order.state != OrderState.RELEASED or order.pickup_node != pickup.node:
        return Done(found="")  # taken back meanwhile
    for way in settings.PICKUP_REJECTED_TRY:
        if moved := _WAYS[way](order, pickup, ctx.now):
            moves.tell(pickup, "pickup.moved", to=order.pickup_node)
            return Done(found=way, nodes=moved)
    return Done(found="")


def send_instead(ctx: StepContext) -> Outcome:
    """Ask whoever has the goods now to send them, where they are not to be collected."""
    order = queries.order(pickups.pickup(ctx.subject).order_number)
    return release_to_warehouse(replace(ctx, subject=order.number)) if ctx.facts.get("found") == "ship" else Done()


def _at_another_store(order: Order, pickup: Pickup, now: datetime) -> list[str]:
    nodes, tried = catalog.nodes(), _tried(order)
    first = nodes.get(pickup.node)
    near = [
        (metres, node.code)
        for node in nodes.values()
        if node.offers_pickup and node.ours and node.code not in tried
        and (metres := _metres(first, node)) is not None and metres <= settings.PICKUP_OTHER_STORE_M
    ]  # fmt: skip
    for _, code in sorted(near):
        if _move(order, pickup, to=[code], collected=True, now=now):
            Order.objects.filter(id=order.id).update(pickup_node=code)
            order.pickup_node = code
            ask_store(order, now=now)
            return [code]
    return []


def _sent_home(order: Order, pickup: Pickup, now: datetime) -> list[str]:
    tried = _tried(order)
    senders = [node.code for node in catalog.nodes().values() if node.ships and node.ours and node.code not in tried]
    moved = _move(order, pickup, to=senders, collected=False, now=now)
    if moved:
        Order.objects.filter(id=order.id).update(pickup_node="")
        order.pickup_node = ""
    return moved


_WAYS: dict[str, Callable[[Order, Pickup, datetime], list[str]]] = {
    "other_store": _at_another_store,
    "ship": _sent_home,
}


def _move(order: Order, pickup: Pickup, *, to: Sequence[str], collected: bool, now: datetime) -> list[str]:
    """Promise all lines from these nodes instead, best first, or none. Returns the nodes that have them now."""
    promised = [row for row in stock.to_send(order.number) if row.node == pickup.node]
    demand = {(row.line_id, row.sku): row.units - row.consumed for row in promised if row.units > row.consumed}
    free: dict[str, dict[str, int]] = {}
    there = stock.free({sku for _, sku in demand})
    for sku, offer in stock_policy.to_sell(list(there), channel=order.channel, now=now).items():
        may = {at.node for at in offer.nodes if (at.may_pick_up if collected else at.may_ship)}
        free[sku] = {node: units for node, units in there[sku].items() if node in may}
    found = decisions.elsewhere(demand, free=free, nodes=list(to))
    if not found:
        return []
    try:
        with transaction.atomic():
            for line_id, node in found.items():
                holds.transfer(order_number=order.number, line_id=line_id, node=pickup.node, to=node)
    except DomainError:  # another basket was faster since we looked
        return []
    return sorted(set(found.values()))


def _tried(order: Order) -> set[str]:
    return {pickup.node for pickup in pickups.of_order(order.number)}


def _metres(one: Node | None, other: Node) -> int | None:
    return hours.distance_m(one.point, other.point) if one and one.point and other.point else None


def _have_it_counted(pickup: Pickup) -> None:
    skus = ", ".join(sorted({sku for line in pickup.lines.all() for sku in line.parts}))
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"pickup.rejected:{pickup.node}:{skus}",
        subject=pickup.order_number,
        title=f"{pickup.node} could not hand over {skus}: {RejectReason(pickup.reject_reason).label}",
        detail=pickup.reject_note,
        proposal=f"Have {pickup.node} count {skus}: our book says it has them, and promises them to the next customer.",
    )
