"""Make the book agree with what was counted, by a movement that explains the difference.

See Note [Inside a count] in statements.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from canonical.stock import MovementReason, StockMovement
from process_apis.stock import services
from process_apis.stock.book import statements, worth
from process_apis.stock.book.worth import Worth
from retail_platform.kernel.problem import DomainError

Place = tuple[str, str]
Anchor = tuple[str, int | None, datetime | None]


class StaleCount(DomainError):
    """A later count of the same place has been taken already; an older one says nothing new. Send a fresh one."""

    status = 409
    kind = "stale-count"
    title = "A later count was taken already"


@dataclass(frozen=True, slots=True)
class Count:
    """What `source` found; its last movement inside is number `watermark`."""

    key: str
    sku: str
    node: str
    units: int
    source: str
    watermark: int
    taken_at: datetime


def look(counts: Sequence[Count]) -> tuple[dict[Place, Anchor], dict[Place, int]]:
    """Lock the places, then read: their last counts, and what these counts should have found."""
    places: dict[str, Any] = {"sku": [count.sku for count in counts], "node": [count.node for count in counts]}
    with connection.cursor() as cursor:
        cursor.execute(statements.OPEN_POSITIONS, places)
        cursor.execute(statements.LOCK, places)
        anchors: dict[Place, Anchor] = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
        one = counts[0] if counts else None
        if one is None:
            return {}, {}
        said = {"source": one.source, "watermark": one.watermark, "taken_at": one.taken_at}
        cursor.execute(statements.COUNTED_INSIDE, places | said)
        return anchors, {(sku, node): units for sku, node, units in cursor.fetchall()}


def is_older(count: Count, anchor: Anchor) -> bool:
    """Was the place counted later already?"""
    source, watermark, at = anchor
    if at is None:
        return False
    if source == count.source and watermark is not None and watermark != count.watermark:
        return count.watermark < watermark
    return count.taken_at < at


def refuse_stale(count: Count, anchor: Anchor) -> None:
    """Raises StaleCount for a count that is older than the last of its place."""
    if is_older(count, anchor):
        raise StaleCount(
            f"{count.sku} at {count.node} was counted by {anchor[0]} at {anchor[2]:%Y-%m-%d %H:%M:%S} UTC, later"
        )


def adjust(counts: Mapping[Place, Count], expected: Mapping[Place, int]) -> int:
    """Write what explains the difference, and from now on hold the count against what comes late."""
    if not counts:
        return 0
    rows = [
        StockMovement(
            key=count.key, sku=count.sku, node=count.node, units=count.units - expected.get(place, 0),
            reason=MovementReason.COUNT, source=count.source, occurred_at=count.taken_at, sequence=count.watermark,
        )
        for place, count in sorted(counts.items())
        if count.units != expected.get(place, 0)
    ]  # fmt: skip
    one = next(iter(counts.values()))
    places: dict[str, Any] = {"sku": [sku for sku, _ in counts], "node": [node for _, node in counts]}
    anchor = {"source": one.source, "watermark": one.watermark, "taken_at": one.taken_at}
    with connection.cursor() as cursor:  # first without an anchor, or the adjustment would count as late itself
        cursor.execute(statements.ANCHOR, places | {"source": "", "watermark": None, "taken_at": None})
        services.move(rows)
        cursor.execute(statements.ANCHOR, places | anchor)
    if rows:
        found = {row.sku: row.units for row in rows}  # all of one node
        worth.tell(Worth(f"count:{rows[0].key}", "adjusted", rows[0].node, found, one.taken_at))
    return sum(row.units for row in rows)
