"""What there was of a sku, over time: on hand is the sum of its movements, what is promised is told from now backwards.

Promises end with their last change: of one that was given up in parts the last of them is what counts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db import connection
from django.db.models import Min

from process_apis.stock import queries
from process_apis.stock.models import StockMovement, StockPosition
from retail_platform.kernel.problem import Invalid, NotFound

STEPS = 120  # points of a line; as many as one can tell apart on a page
LONGEST = timedelta(days=800)

_MOVED = """
SELECT node, state = 'on_hand',
       least(greatest(floor(extract(epoch FROM occurred_at - %(since)s) / %(step_s)s)::int + 1, 0), %(steps)s),
       sum(units)::bigint
FROM stock_stockmovement
WHERE sku = %(sku)s AND node = ANY(%(nodes)s) AND occurred_at < %(until)s
  AND state IN ('on_hand', 'quarantine', 'damaged', 'display')
GROUP BY 1, 2, 3
"""
_PROMISED = """
WITH mine AS (
    SELECT node, units, consumed, created_at, coalesce(changed_at, created_at) AS changed_at,
           state IN ('held', 'open', 'allocated') AS stands
    FROM stock_reservation
    WHERE sku = %(sku)s AND node = ANY(%(nodes)s) AND (created_at >= %(since)s OR changed_at >= %(since)s)
), events AS (
    SELECT node, created_at AS at, units FROM mine
    UNION ALL
    SELECT node, changed_at, CASE WHEN stands THEN -consumed ELSE -units END FROM mine
)
SELECT node, least(floor(extract(epoch FROM at - %(since)s) / %(step_s)s)::int + 1, %(steps)s + 1), sum(units)::bigint
FROM events WHERE at >= %(since)s GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One node's figures at each instant of the history, and how it stands now.

    `free` is on hand less what cannot be sold and what was promised, with the limit of promises of now.
    """

    node: str
    on_hand: list[int]
    promised: list[int]
    free: list[int]
    now: StockPosition


@dataclass(frozen=True, slots=True)
class History:
    """`at[n]` is when the nth figures of each line were so."""

    sku: str
    at: list[datetime]
    lines: list[Line]


def of(sku: str, *, nodes: Collection[str], since: datetime, until: datetime, node: str | None = None) -> History:
    """A sku between two instants, by node. Raises NotFound where there is none to see, Invalid."""
    if not timedelta(0) < until - since <= LONGEST:
        raise Invalid(
            f"Choose a span of up to {LONGEST.days} days.",
            errors=[{"parameter": "until", "detail": "It must be later than `from`, and not by too much."}],
        )
    positions = {each.node: each for each in queries.positions(nodes=nodes, sku=sku, node=node).order_by("node")}
    if not positions:
        raise NotFound(f"no stock of {sku} was ever told of; see GET positions for what there is")
    step = (until - since) / STEPS
    values: dict[str, Any] = {
        "sku": sku, "nodes": list(positions), "since": since, "until": until, "steps": STEPS,
        "step_s": step.total_seconds(),
    }  # fmt: skip
    held, unsellable, promised = ({code: [0] * (STEPS + 2) for code in positions} for _ in range(3))
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, values)
        for code, on_hand, place, units in cursor.fetchall():
            (held if on_hand else unsellable)[code][place] += units
        cursor.execute(_PROMISED, values)
        for code, place, units in cursor.fetchall():
            promised[code][place] += units
    return History(
        sku=sku,
        at=[since + step * n for n in range(STEPS + 1)],
        lines=[_line(each, held[code], unsellable[code], promised[code]) for code, each in positions.items()],
    )


def first_moved(sku: str) -> datetime | None:
    """When the first thing we know of happened to a sku, wherever that was."""
    return StockMovement.objects.filter(sku=sku).aggregate(first=Min("occurred_at"))["first"]


def _line(now: StockPosition, held: list[int], unsellable: list[int], promised: list[int]) -> Line:
    on_hand, kept = (list(accumulate(changes[: STEPS + 1])) for changes in (held, unsellable))
    later = list(accumulate(reversed(promised)))[::-1]  # later[n]: promised less given back since the instant before n
    standing = [now.reserved + now.allocated - after for after in later[1:]]
    free = [
        max(there - away, 0) + now.backorder_limit - gone
        for there, away, gone in zip(on_hand, kept, standing, strict=True)
    ]
    return Line(now.node, on_hand, standing, free, now)
