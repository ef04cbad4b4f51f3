"""A million movements: ours (checked, applied to positions, told) against bulk_create, which only writes the rows."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, TextIO

from django.db import connection

from benchmarks.scratch import scratch_database
from process_apis.stock.incoming import bulk
from process_apis.stock.models import StockMovement

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
COLUMNS = ("key", "sku", "node", "state", "units", "reason", "source", "sequence", "occurred_at")


def run(*, out: TextIO = sys.stderr, rows: int = 1_000_000, rounds: int = 2) -> list[dict[str, Any]]:
    """Rows a second of each, in turns; the plain way gets a tenth of the rows, for it is slow and steady."""
    rates: dict[str, list[float]] = {"ours": [], "plain": [], "limit": []}
    with scratch_database():
        for number in range(rounds):
            rates["plain"].append(_timed(_plain, f"plain{number}", rows // 10))
            rates["ours"].append(_timed(_ours, f"ours{number}", rows))
            rates["limit"].append(_timed(_limit, f"limit{number}", rows))
            print({name: round(found[-1]) for name, found in rates.items()}, file=out, flush=True)
    return [
        {
            "case": f"{rows} movements",
            "ours_per_s": round(median(rates["ours"])),
            "baseline_ratio": round(median(a / b for a, b in zip(rates["ours"], rates["plain"], strict=True)), 2),
            "limit_ratio": round(median(a / b for a, b in zip(rates["ours"], rates["limit"], strict=True)), 2),
        }
    ]


def told(name: str, rows: int) -> Iterator[bulk.Row]:
    """Movements of 20,000 skus in 20 nodes, in the order a source numbers them."""
    for n in range(rows):
        at = AT + timedelta(seconds=n)
        yield f"{name}:{n:09d}", f"SKU-{n % 20_000:05d}", f"N-{n % 20}", "on_hand", 5, "receipt", name, n, at


def _timed(work: Any, name: str, rows: int) -> float:
    began = time.perf_counter()
    work(name, rows)
    return rows / (time.perf_counter() - began)


def _ours(name: str, rows: int) -> None:
    if bulk.apply(told(name, rows)) != rows:
        raise AssertionError("not every movement was new")


def _plain(name: str, rows: int) -> None:
    made = (StockMovement(**dict(zip(COLUMNS, row, strict=True))) for row in told(name, rows))
    StockMovement.objects.bulk_create(made, batch_size=5000, ignore_conflicts=True)


def _limit(name: str, rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare AS SELECT {', '.join(COLUMNS)} FROM stock_stockmovement WITH NO DATA")
        with cursor.copy(f"COPY bare ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in told(name, rows):
                copy.write_row(row)
        cursor.execute("DROP TABLE bare")
