"""A thousand orders in bursts, while the journeys of those before them fill the queue: `python -m tests.load.intake`.

Starts the platform as real processes. Four of five orders come from a storefront over HTTP, the fifth is made at the
pretend shop, which tells of it by a signed webhook; so many at once, then a pause. Prints how long they took to be
accepted, by the caller's clock, and webhooks by the access log; exits with 1 where one was not, or was lost or doubled.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from retail_platform.kernel.machine.running import Running
from tests.retail_day import RetailDay
from tests.stack import a_stack

SKUS = 450


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 all accepted and carried through once, 1 not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--burst", type=int, default=10, help="orders at once (default 10)")
    parser.add_argument("--per-second", type=float, default=20.0, help="orders a second over all (default 20)")
    asked = parser.parse_args(arguments)
    with a_stack() as stack:
        day = RetailDay(stack)
        took, queued = _bursts(day, orders=asked.orders, burst=asked.burst, per_second=asked.per_second)
        over, taken = time.monotonic(), _told(took, queued)
        print(json.dumps(taken), file=sys.stderr, flush=True)
        day.settle(within_s=1800)
        found = taken | {
            "webhooks": _webhooks(stack),
            "settled_s_after": round(time.monotonic() - over, 1),
            "doubled": len(day.doubled()),
            "parked": len(day.parked()),
        }
        print(json.dumps(found, indent=2))
        return 0 if not found["doubled"] and not found["parked"] and not found["refused"] else 1


def _bursts(day: RetailDay, *, orders: int, burst: int, per_second: float) -> tuple[list[tuple[int, float]], list[int]]:
    """The answer and the seconds of each order; and how many runs were on their way before each burst."""
    answers, queued = [], []

    def place(number: int) -> tuple[int, float]:
        sent = time.monotonic()
        order = f"intake-{number}-{time.time_ns()}"
        answer = day.post_order(key=order, sku=1 + number % SKUS, at_the_shop=number % 5 == 0)
        return answer.status_code, time.monotonic() - sent if number % 5 else 0.0

    began = time.monotonic()
    with ThreadPoolExecutor(burst) as callers:
        for first in range(0, orders, burst):
            time.sleep(max(0.0, began + first / per_second - time.monotonic()))
            queued.append(day.one("SELECT count(*) FROM engine_processrun WHERE state IN ('ready', 'running')"))
            answers += list(callers.map(place, range(first, min(first + burst, orders))))
            print(f"{len(answers)} of {orders}, {queued[-1]} runs on their way", file=sys.stderr, flush=True)
    day.expected += orders
    return answers, queued


def _told(answers: list[tuple[int, float]], queued: list[int]) -> dict[str, Any]:
    took = sorted(seconds for _, seconds in answers if seconds)
    return {
        "orders": len(answers),
        "refused": sum(status not in (200, 201, 202) for status, _ in answers),
        "accepted_p50_ms": round(1000 * took[len(took) // 2]),
        "accepted_p95_ms": round(1000 * took[int(0.95 * len(took))]),
        "slowest_ms": round(1000 * took[-1]),
        "runs_on_their_way": {"median": sorted(queued)[len(queued) // 2], "most": max(queued)},
    }


def _webhooks(stack: Running) -> dict[str, Any]:
    lines = (
        line for line in stack.state.at("logs", "web.log").read_text().splitlines() if '"path": "/hooks/shop"' in line
    )
    told = sorted(json.loads(line[line.index("{") :])["ms"] for line in lines)
    return {"taken": len(told), "p95_ms": told[int(0.95 * len(told))] if told else None}


if __name__ == "__main__":
    sys.exit(main())
