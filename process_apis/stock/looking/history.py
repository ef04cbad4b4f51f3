"""What was on hand of a sku, over time: the sum of its movements, step by step."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from process_apis.stock import queries
from process_apis.stock.models import StockPosition
from retail_platform.kernel.problem import Invalid, NotFound

STEPS = 120  # points of a line; as many as one can tell apart on a page
LONGEST = timedelta(days=800)

_STEPS = """
SELECT node, least(greatest(floor(extract(epoch FROM occurred_at - %(since)s) / %(step_s)s)::int + 1, 0), %(steps)s),
       sum(units)::bigint
FROM stock_stockmovement
WHERE sku = %(sku)s AND node = ANY(%(nodes)s) AND state = 'on_hand' AND occurred_at < %(until)s
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One node's on hand at each instant of the history, and how it stands now."""

    node: str
    on_hand: list[int]
    now: StockPosition


@dataclass(frozen=True, slots=True)
class History:
    """`at[n]` is when each line's `on_hand[n]` was so."""

    sku: str
    at: list[datetime]
    lines: list[Line]


def of(sku: str, *, nodes: Collection[str], since: datetime, until: datetime, node: str | None = None) -> History:
    """On hand of a sku between two instants, by node. Raises NotFound where there is none to see, Invalid."""
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
    changes: dict[str, list[int]] = {code: [0] * (STEPS + 1) for code in positions}
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, values)
        for code, place, units in cursor.fetchall():
            changes[code][place] = units
    return History(
        sku=sku,
        at=[since + step * n for n in range(STEPS + 1)],
        lines=[Line(code, _added_up(changes[code]), position) for code, position in positions.items()],
    )


def _added_up(changes: list[int]) -> list[int]:
    total, found = 0, []
    for change in changes:
        total += change
        found.append(total)
    return found
