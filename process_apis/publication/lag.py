"""How far behind each channel is: what it has not heard of, for how long, and how long it usually takes."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

LATELY = timedelta(minutes=10)
_LAG = """
SELECT shop.channel, shop.connection, shop.active, shop.last_told_at, shop.retry_at, shop.failures, shop.last_fault,
       shop.full_at, shop.full_due_at, shop.told, shop.conflicts, shop.drifted,
       level.skus, level.waiting, level.refused, greatest(extract(epoch FROM %(now)s - level.oldest), 0) AS oldest_s,
       waits.p50, waits.p95, waits.most
FROM publication_channelshop shop
CROSS JOIN LATERAL (
    SELECT count(*) AS skus, count(dirty_since) AS waiting, count(*) FILTER (WHERE problem <> '') AS refused,
           min(dirty_since) AS oldest
    FROM publication_channellevel WHERE channel = shop.channel
) level
CROSS JOIN LATERAL (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY wait) AS p50,
           percentile_disc(0.95) WITHIN GROUP (ORDER BY wait) AS p95, max(wait) AS most
    FROM publication_sending sending CROSS JOIN LATERAL unnest(sending.waits_ms) AS wait
    WHERE sending.channel = shop.channel AND sending.at > %(since)s
) waits
WHERE shop.active OR %(all)s ORDER BY shop.channel
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """One channel. Waits are of changes told in the last ten minutes, from the change to the shop's answer."""

    channel: str
    connection: str
    active: bool
    last_told_at: datetime | None
    retry_at: datetime | None
    failures: int
    last_fault: str
    full_at: datetime | None
    full_due_at: datetime
    told: int
    conflicts: int
    drifted: int
    skus: int
    waiting: int
    refused: int
    oldest_waiting_s: float
    p50_s: float | None
    p95_s: float | None
    longest_s: float | None


_NAMES = [each.name for each in fields(Lag)]


def by_channel(*, now: datetime, all_of_them: bool = False) -> list[Lag]:
    """The lag of each channel that is told of stock."""
    with connection.cursor() as cursor:
        cursor.execute(_LAG, {"now": now, "since": now - LATELY, "all": all_of_them})
        return [_read(row) for row in cursor.fetchall()]


def _read(row: tuple[Any, ...]) -> Lag:
    waits = [None if wait is None else wait / 1000 for wait in row[16:]]
    values = (*row[:15], round(float(row[15] or 0), 3), *waits)
    return Lag(**dict(zip(_NAMES, values, strict=True)))
