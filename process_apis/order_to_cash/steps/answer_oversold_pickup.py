"""Goods a store is to hand over are not there any more: it need not look for them, and the order goes another way.

Only while nobody has begun to pick: what lies in somebody's hands or at the counter is there, whatever the book says.
The way is that of a pickup the store has rejected itself: another counter, sent home, or given up.
"""

from collections.abc import Mapping
from typing import Any

from process_apis.engine.process import Done, Outcome, StepContext
from process_apis.order_to_cash.steps.record_short_pick import wait_a_while
from process_apis.orders import cancellation_queries, queries
from process_apis.orders import services as orders
from process_apis.orders.models import OrderState
from process_apis.pickups import queries as pickups
from process_apis.pickups import services
from process_apis.pickups.models import PickupState, RejectReason
from process_apis.pickups.moves import WrongState
from process_apis.stock import queries as promised
from process_apis.stock.book import trouble
from process_apis.stock.models import ReservationState

BY = "stock book"
_NOT_ASKED_YET = (OrderState.RECEIVED, OrderState.ACCEPTED, OrderState.RESERVED)


def is_collected_at(node: str, *, number: str) -> bool:
    """Is this order to be collected there?"""
    try:
        return queries.order(number).pickup_node == node
    except queries.NoSuchOrder:
        return False


def answer_at_counter(ctx: StepContext, told: Mapping[str, Any]) -> Outcome:
    """Take the pickup from the store's list, if the goods are still short by then."""
    order = queries.locked(told["order_number"])
    if order.state in _NOT_ASKED_YET or cancellation_queries.unsettled(order):  # Note [Turns]
        return wait_a_while(ctx)
    pickup = next((each for each in pickups.of_order(order.number) if each.state == PickupState.RESERVED), None)
    if pickup is None or pickup.node != told["node"]:
        return Done(outcome="too late: whoever is at the counter says what is missing")
    units = still_hit(told)
    if not units:
        return Done(outcome="nothing of it is short any more")
    try:
        services.reject(
            pickup, by=BY, reason=RejectReason.OTHER, now=ctx.now,
            note=f"{units} x {told['sku']} went another way: our book has fewer than are promised",
        )  # fmt: skip
    except WrongState:  # somebody has begun to pick a moment ago
        return Done(outcome="too late: whoever is at the counter says what is missing")
    orders.tell(
        order, "order.line_missing", line_id=told["line_id"], sku=told["sku"], node=told["node"], units=units,
        cause="oversold", outcome="pickup",
    )  # fmt: skip
    return Done(outcome="pickup")


def still_hit(told: Mapping[str, Any]) -> int:
    """Units of what was told that are still promised there and still short."""
    place = (told["line_id"], told["sku"], told["node"])
    waiting = (ReservationState.OPEN, ReservationState.ALLOCATED)
    rows = promised.reservations_of(told["order_number"])
    there = sum(
        row.units - row.consumed
        for row in rows
        if (row.line_id, row.sku, row.node) == place and row.state in waiting
    )  # fmt: skip
    return min(int(told["units"]), there, trouble.still_short(sku=told["sku"], node=told["node"]))
