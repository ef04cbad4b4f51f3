"""Movements by the million: copied into a table of the transaction's own, then applied like single ones.

Sorted by key before they are written, since to find the place in the index of a key far away is what costs.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from process_apis.stock.book import statements, trouble
from process_apis.stock.services import tell
from retail_platform.kernel import correlation

Row = tuple[str, str, str, str, int, str, str, int | None, datetime]
"""key, sku, node, state, units, reason, source, sequence, occurred_at"""
BATCH = 100_000

_STAGE = """
CREATE TEMP TABLE stock_copied (key text, sku text, node text, state text, units bigint, reason text, source text,
                                sequence bigint, occurred_at timestamptz) ON COMMIT DROP
"""
_COPY = "COPY stock_copied (key, sku, node, state, units, reason, source, sequence, occurred_at) FROM STDIN"
_OPEN_POSITIONS = """
INSERT INTO stock_stockposition (sku, node)
SELECT DISTINCT sku, node FROM stock_copied given
WHERE NOT EXISTS (SELECT FROM stock_stockposition known WHERE known.sku = given.sku AND known.node = given.node)
ORDER BY sku, node ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """How many movements of a batch are new, and how many known ones were told with other content (200 are counted)."""

    new: int
    contradicted: int


def apply(rows: Iterable[Row], *, told: Callable[[int], None] = lambda count: None) -> int:
    """Apply movements in batches, a transaction for each; known keys change nothing. Returns how many are new.

    Stopped half way, the same rows may be given again. `told` hears how many were read.
    """
    new, stream = 0, iter(rows)
    while batch := list(islice(stream, BATCH)):
        new += apply_batch(batch).new
        told(len(batch))
    return new


def apply_batch(batch: list[Row]) -> Applied:
    """Apply movements that fit into memory, in one transaction."""
    contradictions: list[tuple[str, int, int]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for row in batch:
                copy.write_row(row)
        cursor.execute("ANALYZE stock_copied")
        cursor.execute(_OPEN_POSITIONS)
        cursor.execute(statements.MOVE_COPIED, {"correlation_id": correlation.current()})
        new, given, skus, worse = cursor.fetchone()
        if new:
            tell(skus, aggregate=f"stock:{batch[0][6]}:{skus[0]}")
        trouble.report_worse(json.loads(worse))
        if new < given or given < len(batch):
            cursor.execute(statements.DIFFERS_COPIED)
            contradictions = cursor.fetchall()
            trouble.report_conflicts(contradictions)
        cursor.execute("DROP TABLE stock_copied")
    return Applied(int(new), len(contradictions))
