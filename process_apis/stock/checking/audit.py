"""Hold the book against its own rows: positions against movements, promises against reservations.

Rows are the truth, positions are their sums. What differs is put right under the position's lock, and said: a repair
that stays, and a case, since something wrote past the services. A batch at a time, so that a book of any size fits.
"""

import time as clocks
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.stock.book import statements
from process_apis.stock.book.statements import worked_out
from process_apis.stock.models import AuditDue, Repair, StockPosition
from process_apis.stock.services import tell
from retail_platform.kernel import clock, correlation

BATCH = 1000
SLICE_S = 0.3  # of one round of the sweeper
FIGURES = ("on_hand", "quarantine", "damaged", "display", "reserved", "allocated")

_DRIFT = worked_out("""
WITH batch AS MATERIALIZED (
    SELECT * FROM stock_stockposition WHERE id > %(after)s AND (%(only)s = 0 OR id = %(only)s)
    ORDER BY id LIMIT %(most)s
), moved AS (
    SELECT batch.id, coalesce(sum(units) FILTER (WHERE moved.state = 'on_hand'), 0)::bigint AS on_hand,
           coalesce(sum(units) FILTER (WHERE moved.state = 'quarantine'), 0)::bigint AS quarantine,
           coalesce(sum(units) FILTER (WHERE moved.state = 'damaged'), 0)::bigint AS damaged,
           coalesce(sum(units) FILTER (WHERE moved.state = 'display'), 0)::bigint AS display
    FROM batch LEFT JOIN stock_stockmovement moved USING (sku, node) GROUP BY batch.id
), promised AS (
    SELECT batch.id, coalesce(sum(units - consumed) FILTER (WHERE state IN ('held', 'open')), 0)::bigint AS reserved,
           coalesce(sum(units - consumed) FILTER (WHERE state = 'allocated'), 0)::bigint AS allocated
    FROM batch LEFT JOIN stock_reservation USING (sku, node) GROUP BY batch.id
), compared AS (
    SELECT batch.id, batch.sku, batch.node,
           ARRAY[batch.on_hand, batch.quarantine, batch.damaged, batch.display, batch.reserved, batch.allocated,
                 batch.shortage] AS stood,
           ARRAY[moved.on_hand, moved.quarantine, moved.damaged, moved.display, promised.reserved, promised.allocated,
                 SHORTAGE(moved.on_hand; moved.quarantine + moved.damaged + moved.display;
                          promised.reserved + promised.allocated; batch.backorder_limit)END] AS should_be
    FROM batch JOIN moved USING (id) JOIN promised USING (id)
)
SELECT (SELECT max(id) FROM batch), (SELECT count(*) FROM batch), compared.*
FROM (SELECT 1) AS always LEFT JOIN compared ON stood IS DISTINCT FROM should_be
""")
_WITHOUT_POSITION = """
SELECT sku, node FROM (SELECT sku, node FROM stock_stockmovement UNION SELECT sku, node FROM stock_reservation
                       WHERE state IN ('held', 'open', 'allocated')) AS told
EXCEPT SELECT sku, node FROM stock_stockposition
LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure of a position that is not the sum of its rows."""

    position: int
    sku: str
    node: str
    figure: str
    stands: int
    should_be: int


@dataclass(frozen=True, slots=True)
class _Batch:
    last: int | None
    read: int
    drift: list[Drift]


def audit(*, repair: bool, told: Callable[[int], None] = lambda count: None) -> Iterator[Drift]:
    """Every difference there is, one after the other; each position put right before its own are handed on."""
    yield from _without_position(repair=repair)
    after = 0
    while (batch := _look(after=after)).last is not None:
        if repair:
            put_right(batch.drift)
        yield from batch.drift
        told(batch.read)
        after = batch.last


def put_right(found: list[Drift]) -> None:
    """Set each position to the sum of its rows, as they are now, under its lock."""
    for position in dict.fromkeys(drift.position for drift in found):
        with transaction.atomic(), correlation.use(correlation.new()):
            row = StockPosition.objects.select_for_update().get(id=position)
            still = _look(after=0, only=position).drift
            if not still:
                continue  # it was a change under way
            StockPosition.objects.filter(id=position).update(**{each.figure: each.should_be for each in still})
            _explain(row, still)
            tell([row.sku], aggregate=f"stock:audit:{row.node}:{row.sku}")


def go_on() -> int:
    """A slice of the nightly audit, if it is due: many small ones, so that nothing else waits. Returns what drifted."""
    now, began, drifted = clock.now(), clocks.monotonic(), 0
    with transaction.atomic():
        due = AuditDue.objects.select_for_update(skip_locked=True).filter(due_at__lte=now).first()
        if due is None:
            AuditDue.objects.bulk_create([AuditDue(due_at=_next(now))], ignore_conflicts=True)
            return 0
        if due.after == 0:
            due.drift = sum(1 for _ in _without_position(repair=True))
        while clocks.monotonic() - began < SLICE_S:
            batch = _look(after=due.after)
            put_right(batch.drift)
            drifted += len(batch.drift)
            if batch.last is None:
                due.after, due.due_at, due.finished_at = 0, _next(now), now
                break
            due.after = batch.last
        due.drift += drifted
        due.save()
    return drifted


def _look(*, after: int, only: int = 0) -> _Batch:
    with connection.cursor() as cursor:
        cursor.execute(_DRIFT, {"after": after, "only": only, "most": BATCH})
        rows = cursor.fetchall()
    drift = [
        Drift(position, sku, node, figure, stands, should_be)
        for _, _, position, sku, node, stood, wanted in rows
        if position is not None
        for figure, stands, should_be in zip((*FIGURES, "shortage"), stood, wanted, strict=True)
        if stands != should_be
    ]
    return _Batch(rows[0][0], rows[0][1], drift)


def _without_position(*, repair: bool) -> Iterator[Drift]:
    """Rows that no position is the sum of; with `repair` one is opened, empty, and put right when its turn comes."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_POSITION)
        places = cursor.fetchall()
        if repair and places:
            columns = {"sku": [sku for sku, _ in places], "node": [node for _, node in places]}
            cursor.execute(statements.OPEN_POSITIONS, columns)
    for sku, node in places:
        yield Drift(0, sku, node, "position", 0, 1)


def _explain(row: StockPosition, drift: list[Drift]) -> None:
    said = ", ".join(f"{each.figure} {each.stands} instead of {each.should_be}" for each in drift)
    case_id = cases.open_case(
        kind=CaseKind.TECHNICAL,
        fingerprint=f"stock.drift:{row.node}:{row.sku}",
        subject=f"{row.sku}@{row.node}",
        title=f"{row.sku} at {row.node} did not agree with its own rows and was put right",
        detail=f"It said {said}. Movements and reservations are the truth; the position was set to their sum.",
        proposal="Find out who wrote to the position past the services (the database's log around the last change).",
    )
    Repair.objects.bulk_create(
        Repair(
            sku=row.sku, node=row.node, figure=each.figure, stood=each.stands, should_be=each.should_be,
            case_id=case_id, why="the sum of its reservations" if each.figure in ("reserved", "allocated")
            else "what is promised beyond what is there" if each.figure == "shortage" else "the sum of its movements",
        )
        for each in drift
    )  # fmt: skip


def _next(now: datetime) -> datetime:
    tonight = datetime.combine(now.date(), time.fromisoformat(settings.STOCK_AUDIT_AT), tzinfo=now.tzinfo)
    return tonight if tonight > now else tonight + timedelta(days=1)
