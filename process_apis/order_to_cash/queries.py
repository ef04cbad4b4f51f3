"""Read an order with what the other books hold of it."""

from collections.abc import Collection

from process_apis.catalog import queries as catalog
from process_apis.orders import queries as orders
from process_apis.orders.models import Order
from process_apis.stock import queries as stock


def whole_order(number: str, *, channels: Collection[str]) -> Order:
    """One order with its `reservations`, and its state as its channel calls it. Raises NoSuchOrder."""
    order = orders.in_full(number, channels=channels)
    order.channel_state = catalog.status_word(order.channel, order.state)  # type: ignore[attr-defined]
    order.reservations = stock.reservations_of(number)  # type: ignore[attr-defined]  # shown beside the rows
    return order
