"""Valkey is off for a minute while shoppers look and buy: `python -m tests.load.valkey_away --seconds 60`.

Starts the platform as real processes. Prints, for the time before, without Valkey, after its return and after the rows
people read were deleted: how many answers of each status there were, how old they said they were, and how long they
took. Exits with 1 where an answer was a 5xx, an order was lost, doubled or parked, or figures are wrong at the end.
"""

import argparse
import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import requests

from tests import chaos
from tests.retail_day import ROOT, RetailDay
from tests.stack import a_stack, clean_environment

SHOPPERS, SKUS, PAUSE_S, ORDER_EVERY_S = 4, 300, 0.02, 0.5
LOOK = "/api/experience/storefront/v1/availability?channel=web&sku=SKU-"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 nobody got an error and all is right again; 1 not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long Valkey is off (default 60)")
    asked = parser.parse_args(arguments)
    with a_stack() as stack:
        day = RetailDay(stack)
        crowd = Crowd(day)
        spans = {"before": crowd.during(10)}
        with chaos.away(stack, "valkey"):
            spans["off"] = crowd.during(asked.seconds)
        spans["back"] = crowd.during(20)
        day.rows("DELETE FROM availability_availabilityrow RETURNING 1")
        spans["rows deleted"] = crowd.during(10)
        with ThreadPoolExecutor() as somebody:
            rebuilt = somebody.submit(_rebuild, day)
            spans["rows rebuilt"] = crowd.during(20)
        print(f"{rebuilt.result()} rows were put back", file=sys.stderr)
        day.expected += crowd.taken
        day.settle(within_s=600)
        ends = {"doubled": len(day.doubled()), "parked": len(day.parked()), "wrong figures": _wrong(day)}
    print(json.dumps(spans | ends, indent=2))
    errors = sum(many for told in spans.values() for status, many in told["answers"].items() if status[-3] == "5")
    return 1 if errors or any(ends.values()) else 0


class Crowd:
    """Shoppers who look all the time, and one of them buys now and then."""

    def __init__(self, day: RetailDay) -> None:
        self.day, self.taken, self._lock = day, 0, threading.Lock()

    def during(self, seconds: float) -> dict[str, Any]:
        """What they were answered in so many seconds: by kind and status, the age and the milliseconds of it."""
        answers, ages, took = Counter[str](), list[int](), list[float]()
        until = time.monotonic() + seconds

        def look(first: int) -> None:
            with requests.Session() as session:
                session.headers["Authorization"] = f"Bearer {self.day.key}"
                for number in count(first):
                    if (began := time.monotonic()) >= until:
                        return
                    answer = session.get(f"{self.day.url}{LOOK}{1 + number % SKUS:05d}", timeout=20)
                    with self._lock:
                        took.append(time.monotonic() - began)
                        answers[f"look {answer.status_code}"] += 1
                        ages.extend([answer.json()["age_ms"]] if answer.ok else [])
                    time.sleep(PAUSE_S)

        def buy() -> None:
            while time.monotonic() < until:
                answer = self.day.post_order(key=f"away-{time.time_ns()}", sku=1 + self.taken % SKUS)
                with self._lock:
                    answers[f"order {answer.status_code}"] += 1
                    self.taken += answer.ok
                time.sleep(ORDER_EVERY_S)

        with ThreadPoolExecutor(SHOPPERS + 1) as people:
            everybody = [*(people.submit(look, 70 * number) for number in range(SHOPPERS)), people.submit(buy)]
        for one in everybody:
            one.result()
        took.sort()
        return {
            "answers": dict(answers),
            "oldest_ms": max(ages),
            "look_p95_ms": round(1000 * took[int(0.95 * len(took))], 1),
            "look_longest_ms": round(1000 * took[-1]),
        }


def _rebuild(day: RetailDay) -> int:
    """How many rows the stock book says otherwise."""
    env = {**clean_environment(), "RETAIL_STATE": str(day.stack.state.path)}
    command = [sys.executable, "manage.py", "rebuild_availability"]
    said = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=True).stdout
    found = re.search(r"(\d+) rows were different", said)
    assert found, said
    return int(found[1])


def _wrong(day: RetailDay) -> int:
    """Rows that differ from the stock book, and answers that differ from the rows."""
    differ = _rebuild(day)
    rows = dict(day.rows("SELECT sku, body::json FROM availability_availabilityrow WHERE channel = 'web'"))
    proof = {"Authorization": f"Bearer {day.key}"}
    for number in range(1, SKUS + 1):
        answer = requests.get(f"{day.url}{LOOK}{number:05d}", headers=proof, timeout=20).json()
        differ += answer["items"] != [rows[f"SKU-{number:05d}"]]
    return differ


if __name__ == "__main__":
    sys.exit(main())
