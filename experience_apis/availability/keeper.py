"""Keep the copy in Valkey in step with the rows: the relay calls `tend` after the facts it delivered, and when idle."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

from django.db import connection

from experience_apis.availability import copy, projection
from experience_apis.availability.copy import Entry, Mark
from experience_apis.availability.models import AvailabilityClock, AvailabilityRow
from experience_apis.availability.queries import current_until
from retail_platform.kernel import clock, valkey

EVERY_S = 0.25
BATCH = 200
FILL_S = 0.1
_MOST_TRIES = 1_000_000
MOST_BATCHES = 50  # in one go: facts wait for us
_CHANGED = """
SELECT channel, sku, version, body FROM availability_availabilityrow WHERE version > %(cursor)s
UNION ALL
SELECT channel, sku, version, '' FROM availability_availabilitygone WHERE version > %(cursor)s
ORDER BY version LIMIT %(limit)s
"""


class _Pace:
    """When this process is to tend next."""

    lock = threading.Lock()
    due_at = 0.0


def tend(*, delivered: int) -> None:
    """Follow the rows if facts were delivered, or if it is time to say again how fresh the copy is."""
    if not delivered and time.monotonic() < _Pace.due_at:
        return
    if not _Pace.lock.acquire(blocking=False):
        return
    try:
        follow()
    except valkey.Down:
        pass  # readers go to PostgreSQL; the next call looks again
    finally:
        _Pace.due_at = time.monotonic() + EVERY_S
        _Pace.lock.release()


def follow(*, fill_s: float = FILL_S) -> Mark | None:
    """Copy what changed, say until when the copy is right, fill a new generation a little further. Raises valkey.Down.

    None means that another keeper was at work, or that there is more to copy than fits one go.
    """
    mark = _standing()
    for _ in range(MOST_BATCHES):
        if mark is None:
            return None
        until, latest, channels = current_until(now=clock.now()), _latest(), tuple(projection.channels())
        changed = _changed_since(mark.cursor)  # read last, so it holds all that the three above speak of
        complete = len(changed) < BATCH
        after = replace(
            mark,
            cursor=max([mark.cursor, *([latest] if complete else []), *(entry.version for entry in changed)]),
            channels=channels,
            walked=0 if set(channels) - set(mark.channels) else mark.walked,
        )
        if not copy.write(changed, since=mark, upto=after, as_of=until if complete else None):
            return None
        mark = after
        if complete:
            return _filled(mark, within_s=fill_s)
    return None


def _standing() -> Mark | None:
    mark, latest = copy.mark(), _latest()
    if mark and mark.cursor <= latest and set(mark.channels) <= set(projection.channels()):
        return mark
    return copy.begin(instead_of=mark, cursor=latest)


def warm() -> Iterator[int]:
    """Copy every row there is, in batches; yields how many each had. Raises valkey.Down."""
    walked = 0
    for _ in range(_MOST_TRIES):  # a relay at work goes on between our look and our write; then we look again
        if walked < 0:
            return
        mark = follow(fill_s=0)
        entries, upto = _rows_after(walked)
        if mark and copy.write(entries, since=mark, upto=replace(mark, walked=upto)):
            walked = upto
            yield len(entries)


def _filled(mark: Mark, *, within_s: float) -> Mark | None:
    """Go on filling a new generation with rows that nobody changed, for a moment."""
    enough = time.monotonic() + within_s
    while mark.walked >= 0 and time.monotonic() < enough:
        entries, walked = _rows_after(mark.walked)
        after = replace(mark, walked=walked)
        if not copy.write(entries, since=mark, upto=after):
            return None
        mark = after
    return mark


def _rows_after(row_id: int) -> tuple[list[Entry], int]:
    rows = AvailabilityRow.objects.filter(id__gt=row_id).order_by("id")[:BATCH]
    found = list(rows.values_list("id", "channel", "sku", "version", "body"))
    return [Entry(*row[1:]) for row in found], found[-1][0] if len(found) == BATCH else -1


def _changed_since(cursor: int) -> list[Entry]:
    with connection.cursor() as sql:
        sql.execute(_CHANGED, {"cursor": cursor, "limit": BATCH})
        return [Entry(*row) for row in sql.fetchall()]


def _latest() -> int:
    return AvailabilityClock.objects.values_list("version", flat=True).first() or 0
