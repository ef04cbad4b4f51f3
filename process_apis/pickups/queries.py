"""Read the pickup book."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from process_apis.pickups.decisions import OPEN
from process_apis.pickups.models import Pickup, PickupState
from retail_platform.kernel.problem import NotFound


class NoSuchPickup(NotFound):
    """There is no pickup of this id, or it is another store's."""

    title = "There is no such pickup"


def pickup(pickup_id: UUID | str, *, stores: Collection[str] = ()) -> Pickup:
    """One pickup with its lines. `stores` are those the caller may see, none named means all. Raises NoSuchPickup."""
    found = Pickup.objects.prefetch_related("lines").filter(id=pickup_id).first()
    if found is None or (stores and found.node not in stores):
        raise NoSuchPickup("check the id; it is the one that the store's list of pickups shows")
    return found


def of_store(node: str, *, states: Sequence[str] = ()) -> QuerySet[Pickup]:
    """A store's pickups in these states; the ones still to be dealt with where none is named."""
    return Pickup.objects.prefetch_related("lines").filter(node=node, state__in=states or OPEN)


def of_order(order_number: str) -> list[Pickup]:
    """Every pickup of an order, the latest attempt last."""
    return list(Pickup.objects.prefetch_related("lines").filter(order_number=order_number).order_by("attempt"))


def in_vain(order_number: str, *, node: str) -> Pickup | None:
    """The pickup that ended with nothing handed over and nothing to follow, where it is the order's last one."""
    last = Pickup.objects.filter(order_number=order_number).order_by("-attempt").first()
    ended = last and last.node == node and last.settled_at
    return last if last and ended and last.state in (PickupState.EXPIRED, PickupState.STORE_REJECTED) else None


def unsettled(order_number: str) -> bool:
    """Has a counter handed something over that the other books do not know of yet?"""
    handed = (PickupState.HANDED_OVER, PickupState.COLLECTED_PARTIAL)
    return Pickup.objects.filter(order_number=order_number, state__in=handed, settled_at=None).exists()


def counts(node: str) -> dict[str, int]:
    """How many pickups a store has in each open state."""
    rows = Pickup.objects.filter(node=node, state__in=OPEN).values_list("state").annotate(Count("id")).order_by()
    return {**dict.fromkeys(OPEN, 0), **dict(rows)}


def rejections(*, since: datetime, nodes: Collection[str] = ()) -> list[tuple[str, str, int]]:
    """(node, reason, how many) of what stores have rejected since then, the most first."""
    rows = Pickup.objects.filter(state=PickupState.STORE_REJECTED, ended_at__gte=since)
    if nodes:
        rows = rows.filter(node__in=nodes)
    counted = rows.values_list("node", "reject_reason").annotate(n=Count("id")).order_by("-n", "node", "reject_reason")
    return [(node, reason, count) for node, reason, count in counted]
