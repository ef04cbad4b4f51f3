"""The ERP is away while orders come in at ten times the usual rate: `python -m tests.load.erp_away --minutes 4`.

Starts the platform as real processes. Prints how orders were accepted meanwhile, how soon after its return the ERP had
them all, in which order it got them, and the most calls it saw within one second, against its budget. Exits with 1
where an order is lost, doubled or parked, or the ERP was called more than one and a half times its budget.
"""

import argparse
import json
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from retail_platform.kernel.machine.running import Running
from tests.retail_day import RetailDay
from tests.stack import a_stack

USUAL_PER_S, TIMES, BUDGET_PER_S = 0.5, 10, 30
CALLERS, SKUS = 16, 450


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 all there, once, in order and at the pace asked for; 1 not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=4.0, help="how long the ERP is away (default 4)")
    asked = parser.parse_args(arguments)
    with a_stack() as stack:
        day = RetailDay(stack)
        day.rows("UPDATE connections_connection SET budget_per_s = %s WHERE kind = 'erp' RETURNING 1", BUDGET_PER_S)
        day.fault("erp", "refuse")
        accepted = _orders(day, seconds=60 * asked.minutes)
        day.control("DELETE", "/faults")
        back = datetime.now(UTC)
        settled_s = day.settle(within_s=2400)
        found = _found(stack, day, accepted, back=back) | {"settled_s_after_return": round(settled_s, 1)}
        print(json.dumps(found, indent=2))
        good = found["peak_calls_per_s"] <= 1.5 * BUDGET_PER_S
        return 0 if good and not found["doubled"] and not found["parked"] and found["refused"] == 0 else 1


def _orders(day: RetailDay, *, seconds: float) -> list[tuple[int, float]]:
    """Place orders at ten times the usual rate. Returns the answer and the seconds it took, for each."""
    answers: list[tuple[int, float]] = []
    lock, began, many = threading.Lock(), time.monotonic(), int(seconds * USUAL_PER_S * TIMES)

    def place(number: int) -> None:
        sent = time.monotonic()
        status = day.post_order(key=f"away-{number}-{time.time_ns()}", sku=1 + number % SKUS).status_code
        with lock:
            answers.append((status, time.monotonic() - sent))
            if len(answers) % 100 == 0:
                print(f"{len(answers)} of {many} orders placed", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(CALLERS) as callers:
        for number in range(many):
            time.sleep(max(0.0, began + number / (USUAL_PER_S * TIMES) - time.monotonic()))
            callers.submit(place, number)
    day.expected += many
    return answers


def _found(stack: Running, day: RetailDay, answers: list[tuple[int, float]], *, back: datetime) -> dict[str, Any]:
    took = sorted(seconds for _, seconds in answers)
    calls = Counter(_second(line["at"]) for line in _calls(stack))
    made = day.rows(
        "SELECT run.subject, step.finished_at FROM engine_runstep step JOIN engine_processrun run ON run.id = run_id"
        " WHERE name = 'create_erp_order' AND step.state = 'done' ORDER BY step.finished_at"
    )
    placed = dict(day.rows("SELECT number, row_number() OVER (ORDER BY placed_at) FROM orders_order"))
    off = [abs(placed[number] - place) for place, (number, _) in enumerate(made, start=1)]
    return {
        "orders": len(answers),
        "refused": sum(status != 202 for status, _ in answers),
        "accepted_p95_ms": round(1000 * took[int(0.95 * len(took))]),
        "first_call_s_after_return": round((min(at for _, at in made if at > back) - back).total_seconds(), 1),
        "all_there_s_after_return": round((made[-1][1] - back).total_seconds(), 1),
        "places_off_median": statistics.median(off),
        "places_off_p95": sorted(off)[int(0.95 * len(off))],
        "calls": sum(calls.values()),
        "peak_calls_per_s": max(calls.values()),
        "budget_per_s": BUDGET_PER_S,
        "doubled": len(day.doubled()),
        "parked": len(day.parked()),
    }


def _calls(stack: Running) -> list[dict[str, Any]]:
    """Every call that left for the ERP, from the logs of the processes."""
    lines = (
        line
        for file in stack.state.at("logs", "x").parent.glob("*.log")
        for line in file.read_text(errors="replace").splitlines()
        if '"vendor_call"' in line
    )
    return [told for line in lines if (told := json.loads(line[line.index("{") :]))["connection"] == "erp"]


def _second(at: str) -> int:
    return int(datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp())


if __name__ == "__main__":
    sys.exit(main())
