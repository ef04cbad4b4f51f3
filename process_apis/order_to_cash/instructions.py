"""What whoever sends or hands over an order is to mind, from the lines that are still to go."""

from canonical.order import LineKind
from process_apis.order_to_cash import lines
from process_apis.orders.models import Order


def instructions_of(order: Order) -> tuple[str, ...]:
    """In words, for people at a packing table."""
    left = [line for line in order.lines.all() if line.quantity > line.cancelled]
    kinds = [LineKind(line.kind) for line in left]
    return lines.instructions(kinds, min_age=max((line.min_age for line in left), default=0))
