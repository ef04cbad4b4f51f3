"""Read what was asked to be cancelled, and what a channel took off its order."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from process_apis.orders.cancellation_models import AskedBy, Cancellation, CancellationState
from process_apis.orders.models import Order
from retail_platform.kernel.problem import NotFound


class NoSuchCancellation(NotFound):
    """No cancellation of this id, or not one of yours."""

    title = "There is no such cancellation"


def cancellation(cancellation_id: UUID) -> Cancellation:
    """One request with its order. Raises NoSuchCancellation."""
    found = Cancellation.objects.select_related("order").filter(id=cancellation_id).first()
    if found is None:
        raise NoSuchCancellation(f"there is no cancellation {cancellation_id}; take the id from the order")
    return found


def of_order(order: Order) -> list[Cancellation]:
    """All requests of an order, the oldest first."""
    return list(Cancellation.objects.filter(order=order).select_related("order").prefetch_related("lines__line")[:200])


def undecided(order: Order) -> list[Cancellation]:
    """What is asked for and not decided, the oldest first."""
    return list(Cancellation.objects.filter(order=order, state=CancellationState.REQUESTED))


def unsettled(order: Order) -> list[Cancellation]:
    """What is not through yet, the oldest first: its money or another system is still to follow."""
    return list(Cancellation.objects.filter(order=order, settled_at=None))


def taken_back(order: Order) -> Cancellation | None:
    """The request because of which the whole order is to be taken back."""
    return Cancellation.objects.filter(order=order, whole=True).exclude(state=CancellationState.REQUESTED).first()


def from_channel(order: Order) -> bool:
    """Has the order's channel cancelled any of it?"""
    return Cancellation.objects.filter(order=order, asked_by=AskedBy.CHANNEL).exists()


def taken_off(order: Order) -> Counter[str]:
    """Units that the order's channel has taken off it, by line_id, whether or not they could still be stopped."""
    units: Counter[str] = Counter()
    for asked in Cancellation.objects.filter(order=order, asked_by=AskedBy.CHANNEL):
        units.update(asked.evidence.get("units", {}))
    return units


def gone_at_channel(order: Order, remains: Mapping[str, int]) -> dict[str, int]:
    """Units that a channel took off an order and we did not know of, by line_id. `remains` is what it shows now.

    What we cancelled ourselves it has been told of, and what it has told us of before is asked for already. What was
    sent instead of a line counts as that line: the channel knows no other.
    """
    lines = list(order.lines.all())
    sold_as = {line.line_id: line.sold_as for line in lines}
    known: Counter[str] = Counter()
    for asked in Cancellation.objects.filter(order=order).prefetch_related("lines__line"):
        if asked.asked_by == AskedBy.CHANNEL:
            told = asked.evidence.get("units", {})
        else:
            undecided = asked.state == CancellationState.REQUESTED
            told = {each.line.line_id: each.units if undecided else each.cancelled for each in asked.lines.all()}
        for name, count in told.items():
            known[sold_as.get(name, name)] += count
    for line in lines:  # what came back is off the channel's order too, and was no cancellation
        known[line.sold_as] += line.returned
    ordered = {line.line_id: line.quantity for line in lines if line.line_id in remains}
    gone = {name: quantity - remains[name] - known[name] for name, quantity in ordered.items()}
    return {name: count for name, count in gone.items() if count > 0}
