"""Ask a store to hand an order over at its counter, and take that back while nobody has collected it."""

from datetime import datetime, timedelta

from process_apis.catalog import hours
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.orders import services
from process_apis.orders.models import Order, OrderState
from process_apis.pickups import services as pickups
from process_apis.stock import queries as promised
from process_apis.stock import services as stock


def ask_store(order: Order, *, now: datetime) -> None:
    """Our own rows only: what the store has promised is allocated, and its pickup stands in the book."""
    node = catalog.nodes()[order.pickup_node]
    parts: dict[str, dict[str, int]] = {}
    for reservation in promised.to_send(order.number):
        parts.setdefault(reservation.line_id, {})[reservation.sku] = reservation.units - reservation.consumed
    goods = [line for line in order.lines.all() if not line.is_service]
    open_units = {line: line.quantity - line.shipped - line.cancelled for line in goods}
    pickups.open_pickup(
        order_number=order.number,
        channel=order.channel,
        node=node.code,
        customer_name=order.customer_name,
        lines=[
            pickups.Wanted(
                line_id=line.line_id,
                sku=line.sku,
                title=line.title,
                units=units,
                parts={sku: each // units for sku, each in parts.get(line.line_id, {}).items()},
                min_age=line.min_age,
            )
            for line, units in open_units.items()
            if units
        ],
        ready_by=_ready_by(node, now=now),
    )
    stock.allocate(order_number=order.number, node=node.code)
    if services.move_on(order, to=OrderState.RELEASED, since=[OrderState.RESERVED]):
        services.tell(order, "order.released")


def withdraw_from_store(ctx: StepContext, order: Order) -> Done:
    """The undo. What the customer has carried home is for a person: nothing is forced."""

    def withdraw() -> None:
        if not pickups.withdraw(order_number=order.number, now=ctx.now):
            raise NeedsPerson(
                f"order {order.number} was collected at {order.pickup_node} meanwhile",
                proposal="take it back as a return, and skip this step",
                kind="business",
            )
        stock.recall(order_number=order.number)

    return Done(then=[withdraw])


def _ready_by(node: Node, *, now: datetime) -> datetime:
    opening = hours.Hours(node.opening_hours, node.time_zone)
    found = hours.collection(opening, now=now, lead_min=node.pickup_lead_min, cutoff_min=node.pickup_cutoff_min)
    return found.ready_from if found else now + timedelta(minutes=node.pickup_lead_min)
