"""Change an order after it was placed, while nothing of it has been sent: its address, or which node sends a line.

The order's row lock and the gate before its release make it safe: see Note [Turns]. Fewer units are a cancellation.
"""

from typing import Any

from django.db import transaction

from canonical.order import Address
from process_apis.catalog import queries as catalog
from process_apis.order_to_cash.journey import journey
from process_apis.orders import queries, services
from process_apis.orders.models import Order, OrderState
from process_apis.stock import queries as stock
from process_apis.stock.reserving import holds
from retail_platform.kernel.problem import DomainError, Unprocessable

_BEFORE = (OrderState.RECEIVED, OrderState.ACCEPTED, OrderState.RESERVED)


class TooLateToChange(DomainError):
    """A warehouse or store has been asked to send the order. Cancel what is wrong, and place it again."""

    kind, title = "too-late-to-change", "This order cannot be changed any more"


class OtherJurisdiction(Unprocessable):
    """Its tax was worked out for where it goes. Cancel it and place it anew for another country or region."""

    kind, title = "other-jurisdiction", "The order is taxed for another place"


class NotASender(Unprocessable):
    """That node sends nothing, or is not ours to ask."""

    kind, title = "not-a-sender", "This node cannot send it"


def can_change(order: Order) -> bool:
    """Has nobody been asked to send it? Only true for longer with the order's row locked."""
    run = journey(order)
    past = run is not None and (run.finished_at is not None or run.step in _SENDING)
    return order.state in _BEFORE and not past


_SENDING = ("release_to_warehouse", "book_deposit", "post_deposit", "await_parcels", "void_remainder", "close_order")


@transaction.atomic
def change_address(*, number: str, ship_to: Address, by: str) -> Order:
    """Send it elsewhere in the same country and region. Raises NoSuchOrder, TooLateToChange, OtherJurisdiction."""
    order = _open(number)
    if (ship_to.country, ship_to.region) != (order.ship_to.get("country"), order.ship_to.get("region", "")):
        raise OtherJurisdiction(
            f"order {number} goes to {order.ship_to.get('country')} {order.ship_to.get('region', '')}".strip(),
            errors=[{"pointer": "/ship_to/country", "detail": "The country and region must stay as they are."}],
        )
    order.ship_to = ship_to.model_dump()
    return _changed(order, by=by, changes=["the delivery address is another"], ship_to=order.ship_to)


@transaction.atomic
def send_from(*, number: str, line_id: str, node: str, by: str) -> Order:
    """Have another node send a line, as far as it is promised elsewhere. Raises NotASender, OutOfStock and so on."""
    order = _open(number)
    known = catalog.nodes().get(node)
    if known is None or not known.ships or not known.ours or order.pickup_node:
        raise NotASender(
            f"{node} sends nothing of ours" if not order.pickup_node else f"order {number} is collected at a store",
            errors=[{"pointer": "/node", "detail": "Name one of our nodes that ship."}],
        )
    places = {row.node for row in stock.to_send(number) if row.line_id == line_id} - {node}
    for place in sorted(places):
        holds.transfer(order_number=number, line_id=line_id, node=place, to=node)
    return _changed(order, by=by, changes=[f"line {line_id} is sent from {node}"]) if places else order


def _open(number: str) -> Order:
    order = queries.locked(number)
    if not can_change(order):
        raise TooLateToChange(f"order {number} is {order.state.replace('_', ' ')}; its goods are on their way")
    return order


def _changed(order: Order, *, by: str, changes: list[str], **fields: Any) -> Order:
    if fields:
        Order.objects.filter(id=order.id).update(**fields)
    services.tell(order, "order.changed", changes=[*changes, f"by {by}"])
    return order
