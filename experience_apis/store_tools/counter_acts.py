"""What staff do at the counter, whether by API or on the page: one of the store's pickups, one move."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from process_apis.pickups import handing_over, queries, services
from process_apis.pickups.models import Pickup, RejectReason

Act = Callable[[Pickup, Mapping[str, Any], datetime], Pickup]


def _pick(pickup: Pickup, asked: Mapping[str, Any], now: datetime) -> Pickup:
    return services.pick(pickup, by=asked["staff"], picked=_by_line(asked))


def _ready(pickup: Pickup, asked: Mapping[str, Any], now: datetime) -> Pickup:
    return services.ready(pickup, by=asked["staff"], now=now)


def _arrived(pickup: Pickup, asked: Mapping[str, Any], now: datetime) -> Pickup:
    return services.arrived(pickup, by=asked["staff"], now=now)


def _hand_over(pickup: Pickup, asked: Mapping[str, Any], now: datetime) -> Pickup:
    return handing_over.hand_over(
        pickup,
        by=asked["staff"],
        collected_by=asked.get("collected_by", ""),
        code=asked.get("code", ""),
        id_checked=asked.get("id_checked", False),
        collected=_by_line(asked),
        now=now,
    )


def _reject(pickup: Pickup, asked: Mapping[str, Any], now: datetime) -> Pickup:
    reason = RejectReason(asked["reason"])
    return services.reject(pickup, by=asked["staff"], reason=reason, note=asked.get("note", ""), now=now)


ACTS: Mapping[str, Act] = {
    "pick": _pick,
    "ready": _ready,
    "arrived": _arrived,
    "handover": _hand_over,
    "reject": _reject,
}


def act(move: str, *, pickup_id: UUID, stores: Collection[str], asked: Mapping[str, Any], now: datetime) -> Pickup:
    """Make one move; `asked` is the body of its operation. Raises what the pickup book raises, NoSuchPickup first."""
    ACTS[move](queries.pickup(pickup_id, stores=stores), asked, now)
    return queries.pickup(pickup_id)


def count_guess(pickup_id: UUID) -> None:
    """After a WrongCode, when what it was part of has been rolled back."""
    handing_over.count_wrong_code(queries.pickup(pickup_id))


def _by_line(asked: Mapping[str, Any]) -> dict[str, int] | None:
    lines = asked.get("lines")
    return {line["line_id"]: line["units"] for line in lines} if lines is not None else None
