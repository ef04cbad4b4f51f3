"""Facts of goods that a store keeps for their customer."""

from canonical.facts.orders import OrderFact
from canonical.value import Value


class PickupFact(OrderFact):
    """Something happened to goods that a store keeps for their customer. The code to collect them is never in it."""

    pickup_id: str
    node: str


class PickupHandedOver(PickupFact):
    whole: bool


class PickupRejected(PickupFact):
    reason: str


class PickupMoved(PickupFact):
    to: str


FACTS: dict[str, type[Value]] = {
    "pickup.requested": PickupFact,
    "pickup.ready": PickupFact,
    "pickup.reminder": PickupFact,
    "pickup.arrived": PickupFact,
    "pickup.handed_over": PickupHandedOver,
    "pickup.expired": PickupFact,
    "pickup.rejected": PickupRejected,
    "pickup.moved": PickupMoved,
    "pickup.settled": PickupFact,
}
