"""A server that everything stands on goes away for a while: callers are told the truth, and all goes on by itself."""

import signal
import time

import pytest
import requests

from retail_platform.kernel.machine.running import Running
from tests import chaos
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, tell, until

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled"),
]
OURS = ("web", "worker", "beat", "relay")


def test_orders_are_taken_while_valkey_is_away(stack: Running, day: RetailDay) -> None:
    answers, slowest = [], 0.0
    with chaos.away(stack, "valkey"):
        began = time.monotonic()
        for number in range(12):
            sent = time.monotonic()
            answers.append(day.post_order(key=f"no-valkey-{number}-{time.time_ns()}", sku=1 + number).status_code)
            slowest = max(slowest, time.monotonic() - sent)
            day.post_order(key=f"no-valkey-shop-{number}-{time.time_ns()}", sku=100 + number, at_the_shop=True)
        day.expected += 24
        until(lambda: day.control("GET", "/statement")["webhooks"]["pending"] == 0, within_s=SETTLED_WITHIN_S)
        time.sleep(max(0.0, began + 20.0 - time.monotonic()))
    back = time.monotonic()
    day.settle(within_s=SETTLED_WITHIN_S)
    tell(
        f"without Valkey the slowest order took {slowest:.2f} s; settled {time.monotonic() - back:.1f} s after it came"
    )
    assert answers == [202] * 12


def test_a_worker_with_all_hands_busy_when_valkey_dies_works_on(stack: Running, day: RetailDay) -> None:
    day.fault("payments", "slow", operation="authorize", seconds=3)
    held = len(day.effects(operation="authorize"))
    for number in range(8):
        assert day.post_order(key=f"busy-{number}-{time.time_ns()}", sku=200 + number).status_code == 202
    day.expected += 8
    until(lambda: len(day.effects(operation="authorize")) >= held + 3, within_s=SETTLED_WITHIN_S)
    time.sleep(1.5)
    with chaos.away(stack, "valkey"):
        time.sleep(3)  # meanwhile each of the tasks in work ends, and its acknowledgement fails
    began = time.monotonic()
    day.control("DELETE", "/faults")
    day.settle(within_s=SETTLED_WITHIN_S)
    tell(f"settled {time.monotonic() - began:.1f} s after Valkey came back to a worker that was busy when it died")


def test_without_its_database_nothing_is_promised_and_nobody_gives_up(stack: Running, day: RetailDay) -> None:
    before = {name: stack.pid(name) for name in OURS}
    key = f"no-postgres-{time.time_ns()}"
    with chaos.away(stack, "postgres", number=signal.SIGINT):
        refused = day.post_order(key=key)
        hook = requests.post(f"{day.url}/hooks/wms", data=b"{}", timeout=20)
        time.sleep(5)
    back = time.monotonic()
    until(lambda: day.post_order(key=key).status_code == 202, within_s=SETTLED_WITHIN_S)
    tell(f"first good answer {time.monotonic() - back:.1f} s after PostgreSQL was let back")
    day.expected += 1
    day.settle(within_s=SETTLED_WITHIN_S)
    assert (refused.status_code, hook.status_code) == (503, 503)
    assert refused.headers["Retry-After"]
    assert hook.headers["Retry-After"]
    assert {name: stack.pid(name) for name in OURS} == before


def test_a_database_that_restarts_during_the_day_loses_nothing(stack: Running, day: RetailDay) -> None:
    began = day.one("SELECT clock_timestamp()")
    placing = day.placing(orders=20, seed=5, over_s=8.0)
    until(
        lambda: day.one("SELECT count(*) FROM orders_order WHERE placed_at > %s", began) > 3, within_s=SETTLED_WITHIN_S
    )
    stack.kill("postgres")
    assert placing.wait(120) == 0
