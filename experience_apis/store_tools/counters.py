"""A store's counter as it is now: open or not, heard from or not, and when it can have goods ready. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices

from process_apis.catalog import hours
from process_apis.catalog.hours import Span
from process_apis.catalog.models import Node

STEP_MIN = 5  # nobody is told a time to the minute, and the same answer stays true for a while


class CounterState(TextChoices):
    OPEN = "open"
    CLOSED = "closed"
    OFFLINE = "offline", "offline: cannot be reached"
    STALE = "stale", "stale: silent for too long"


@dataclass(frozen=True, slots=True)
class Counter:
    """One store at one moment, seen from a place if there is one."""

    node: str
    name: str
    state: CounterState
    time_zone: str
    opening_hours_today: list[Span]
    heard_at: datetime | None
    distance_m: int | None
    ready_from: datetime | None
    until: datetime | None
    today: bool


def counter(node: Node, *, now: datetime, silence: timedelta, near: tuple[float, float] | None = None) -> Counter:
    """`silence` is how long a store may say nothing, in hours it is open, until its stock is stale."""
    state = _state(node, now=now, silence=silence)
    ready = None
    if node.offers_pickup and state != CounterState.OFFLINE:
        ready = hours.collection(
            node.hours, now=_rounded(now), lead_min=node.pickup_lead_min, cutoff_min=node.pickup_cutoff_min
        )
    return Counter(
        node=node.code,
        name=node.name,
        state=state,
        time_zone=node.time_zone,
        opening_hours_today=hours.today(node.hours, now=now),
        heard_at=node.heard_at,
        distance_m=hours.distance_m(near, node.point) if near and node.point else None,
        ready_from=ready.ready_from if ready else None,
        until=ready.until if ready else None,
        today=bool(ready and hours.same_day(ready.ready_from, now, zone=node.time_zone)),
    )


def _state(node: Node, *, now: datetime, silence: timedelta) -> CounterState:
    if not node.online:
        return CounterState.OFFLINE
    if node.heard_at and hours.open_time(node.hours, since=node.heard_at, until=now) > silence:
        return CounterState.STALE
    return CounterState.OPEN if hours.open_now(node.hours, now=now) else CounterState.CLOSED


def _rounded(now: datetime) -> datetime:
    """Up to the next step."""
    past = timedelta(minutes=now.minute % STEP_MIN, seconds=now.second, microseconds=now.microsecond)
    return now + (timedelta(minutes=STEP_MIN) - past if past else timedelta())
