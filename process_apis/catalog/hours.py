"""When a node is open, and when goods asked for now can be collected there. Pure: hours and an instant in.

Hours are local wall-clock times in the node's zone (see `Node.opening_hours`) and are turned into instants before
anything is added or compared, so that a day of 23 or 25 hours comes out right. Where a time occurs twice the node
opens at the first and closes at the second; one that does not occur is moved on by the gap (PEP 495).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from math import asin, cos, radians, sin, sqrt
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS = 60  # a node that does not open within this is closed for good, as far as anybody can plan
EARTH_M = 6_371_000
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening hours of one node: {"mon": [["09:00", "18:00"]], "2026-12-25": []} in its zone."""

    by_day: Mapping[str, Any]
    zone: str

    @property
    def always(self) -> bool:
        """Open day and night: there are no hours at all."""
        return not self.by_day


@dataclass(frozen=True, slots=True)
class Collection:
    """From when goods can be collected, and when the counter closes after that; None where it never closes."""

    ready_from: datetime
    until: datetime | None


def openings(hours: Hours, *, since: datetime, days: int = LOOK_AHEAD_DAYS) -> Iterator[tuple[date, Span]]:
    """The spans in which the node is open that end after `since`, in order, each with the day it belongs to."""
    zone = zone_of(hours.zone)
    yesterday = since.astimezone(zone).date() - timedelta(days=1)  # its hours may go past midnight
    for day in (yesterday + timedelta(days=n) for n in range(days + 2)):
        for opens, closes in _spans_of(hours.by_day, day):
            start = datetime.combine(day, opens, zone).astimezone(UTC)
            closing_day = day + timedelta(days=1) if closes <= opens else day
            end = max(datetime.combine(closing_day, closes.replace(fold=f), zone).astimezone(UTC) for f in (0, 1))
            if since < end and start < end:
                yield day, (start, end)


def open_until(hours: Hours, *, now: datetime) -> datetime | None:
    """When the node closes; None if it is closed now, or stays open for a week and more."""
    closing = now
    for _, (start, end) in openings(hours, since=now, days=8):
        if start > closing:
            break
        closing = max(end, closing)
    return closing if now < closing < now + timedelta(days=7) else None


def open_now(hours: Hours, *, now: datetime) -> bool:
    """Is somebody there?"""
    if hours.always:
        return True
    return any(start <= now for _, (start, _) in openings(hours, since=now, days=1))


def today(hours: Hours, *, now: datetime) -> list[Span]:
    """All spans of the node's present day, those that are over too."""
    day = now.astimezone(zone_of(hours.zone)).date()
    begun = midnight(now=now, zone=hours.zone)
    return [span for of, span in openings(hours, since=begun, days=1) if of == day]


def open_time(hours: Hours, *, since: datetime, until: datetime) -> timedelta:
    """For how long the node was open between two instants."""
    if hours.always:
        return until - since
    spent = timedelta()
    for _, (start, end) in openings(hours, since=since):
        if start >= until:
            break
        spent += min(end, until) - max(start, since)
    return spent


def next_opening(hours: Hours, *, now: datetime) -> datetime | None:
    """When the node opens next: now if it is open; None if it does not within LOOK_AHEAD_DAYS."""
    if hours.always:
        return now
    return next((max(start, now) for _, (start, _) in openings(hours, since=now)), None)


def closed_for_long(hours: Hours, *, now: datetime, days: int) -> bool:
    """Does the node stay closed for more than so many days from now?"""
    opens = next_opening(hours, now=now)
    return opens is None or opens > now + timedelta(days=days)


def collection(hours: Hours, *, now: datetime, lead_min: int, cutoff_min: int) -> Collection | None:
    """When goods asked for now can be collected: picking takes `lead_min` minutes in which the node is open.

    What is asked for later than `cutoff_min` before the last closing of a day waits for the next day. None if the node
    does not open often enough within LOOK_AHEAD_DAYS.
    """
    left = timedelta(minutes=lead_min)
    if hours.always:
        return Collection(now + left, None)
    for _, of_day in groupby(openings(hours, since=now), key=itemgetter(0)):
        spans = [span for _, span in of_day]
        if now > spans[-1][1] - timedelta(minutes=cutoff_min):
            continue
        for start, end in spans:
            at = max(start, now)
            if at + left < end:
                return Collection(at + left, end)
            left -= min(left, end - at)
    return None


def send_day(*, now: datetime, cutoff: time, zone: str) -> date:
    """The local day on which a parcel asked for now leaves: today before the cut-off, tomorrow from then on."""
    local = now.astimezone(zone_of(zone))
    return local.date() + timedelta(days=0 if local.time() < cutoff else 1)


def midnight(*, now: datetime, zone: str) -> datetime:
    """When the node's present day began."""
    return datetime.combine(now.astimezone(zone_of(zone)).date(), time.min, zone_of(zone)).astimezone(UTC)


def same_day(one: datetime, other: datetime, *, zone: str) -> bool:
    """Do two instants fall on one local day?"""
    return one.astimezone(zone_of(zone)).date() == other.astimezone(zone_of(zone)).date()


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> int:
    """Metres between two points (latitude, longitude) on the ground as the crow flies (haversine)."""
    (lat_a, lon_a), (lat_b, lon_b) = ((radians(lat), radians(lon)) for lat, lon in (a, b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return round(2 * EARTH_M * asin(min(1.0, sqrt(half))))


def complaints(by_day: Any, *, zone: str) -> list[str]:
    """What is wrong with hours somebody typed, in words."""
    found = []
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found.append(f"{zone!r} is no time zone; write it like Europe/Berlin")
    if not isinstance(by_day, dict):
        return [*found, 'hours are an object like {"mon": [["09:00", "18:00"]]}']
    for name, spans in by_day.items():
        if name not in WEEKDAYS and not _is_day(name):
            found.append(f"{name!r} is neither one of {', '.join(WEEKDAYS)} nor a day like 2026-12-24")
        elif not isinstance(spans, list) or any(_span(span) is None for span in spans):
            found.append(f'{name}: write a list of opening and closing times, like [["09:00", "18:00"]]; [] is closed')
    return found


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name; UTC for one that nobody knows, so that one wrong node does not hide the others."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _spans_of(by_day: Mapping[str, Any], day: date) -> list[tuple[time, time]]:
    """The hours of a day: its own, or its weekday's, or all of it where no weekday has any. Unreadable ones: closed."""
    spans = by_day.get(day.isoformat(), by_day.get(WEEKDAYS[day.weekday()]))
    if spans is None:
        return [] if any(name in by_day for name in WEEKDAYS) else [(time.min, time.min)]
    read = (_span(span) for span in (spans if isinstance(spans, list) else []))
    return sorted(span for span in read if span)


def _span(span: Any) -> tuple[time, time] | None:
    try:
        opens, closes = (time.min if text == "24:00" else time.fromisoformat(text) for text in span)
    except (TypeError, ValueError):
        return None
    return None if opens.tzinfo or closes.tzinfo else (opens, closes)


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False
