"""A retail day while its processes are killed: nothing is lost, nothing is doubled, and all of it comes to its end."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from retail_platform.kernel.machine import roles
from retail_platform.kernel.machine.running import Running
from tests import chaos
from tests.retail_day import SEED, SETTLED_WITHIN_S, RetailDay, result, tell, until

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled"),
]

EFFECTS = (
    "authorize", "create_sales_order", "release", "capture", "create_invoice", "commit", "post_journal", "fulfil",
)  # fmt: skip

HELD_UP = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'retail-worker'"
IN_A_STRIDE = """
SELECT DISTINCT step FROM engine_processrun
WHERE process = 'order_to_cash' AND created_at >= %s AND step IN ('quote_tax', 'clear_order', 'reserve_stock')
"""


def test_a_day_of_kills_ties_out(stack: Running, day: RetailDay) -> None:
    blows = chaos.schedule(seed=SEED, over_s=30.0)
    tell(f"a day of kills: CHAOS_SEED={SEED}", *blows)
    placing, began = day.placing(orders=60, seed=SEED, over_s=30.0), time.monotonic()
    landed = 0
    for blow in blows:
        time.sleep(max(0.0, began + blow.at_s - time.monotonic()))
        landed += chaos.strike(stack, blow)
    last = time.monotonic()
    result(placing)
    day.settle(within_s=SETTLED_WITHIN_S)
    steps, again = day.tries()
    tell(
        f"{landed} of {len(blows)} blows landed; {steps} steps, {again} attempts more; settled "
        f"{time.monotonic() - last:.1f} s after the last blow"
    )
    unfinished = (
        "SELECT count(*) FROM engine_processrun WHERE finished_at IS NULL AND created_at >= %s"
        " AND NOT (process = 'return_to_refund' AND state = 'waiting')"  # goods that customers have not sent back
    )
    assert day.one(unfinished, day.opened) == 0


def test_a_worker_killed_between_a_call_and_its_record_makes_no_second_effect(stack: Running, day: RetailDay) -> None:
    before = day.control("GET", "/effects?limit=100000")["next"]
    for operation in EFFECTS:
        day.fault("*", "slow", operation=operation, count=1, seconds=4)
    placing = day.placing(orders=10, seed=SEED + 1)
    struck: list[str] = []
    began = time.monotonic()
    while len(struck) < len(EFFECTS) and time.monotonic() - began < SETTLED_WITHIN_S:
        new = {effect["operation"] for effect in day.effects(after=before)} & set(EFFECTS) - set(struck)
        if new:  # the effect is made, its answer is on its way, and nobody of ours knows
            for child in chaos.children(stack.pid("worker")):
                os.kill(child, signal.SIGKILL)
            struck += sorted(new)
        time.sleep(0.1)
    result(placing)
    day.settle(within_s=SETTLED_WITHIN_S)
    tell(f"killed in {', '.join(struck)}: settled after {time.monotonic() - began:.1f} s")
    assert sorted(struck) == sorted(EFFECTS)


def test_a_worker_killed_inside_a_stride_leaves_nothing_of_it(stack: Running, day: RetailDay) -> None:
    """Reserving stock shares its commit with the steps before it; it is held up, and its worker killed meanwhile."""
    with psycopg.connect(stack.state.env["DATABASE_URL"]) as holder:
        holder.execute("LOCK TABLE stock_stockposition IN EXCLUSIVE MODE")
        placing = day.placing(orders=6, seed=SEED + 4)
        until(lambda: day.one(HELD_UP) > 0, within_s=30)
        for child in chaos.children(stack.pid("worker")):
            os.kill(child, signal.SIGKILL)
        stood = day.rows(IN_A_STRIDE, day.began)
    result(placing)
    day.settle(within_s=SETTLED_WITHIN_S)
    assert {step for (step,) in stood} == {"quote_tax"}  # it was quoted, the order cleared: nothing of that was seen
    reserved_twice = (
        "SELECT order_id FROM orders_orderevent WHERE name = 'order.reserved' GROUP BY order_id HAVING count(*) > 1"
    )
    assert day.rows(reserved_twice) == []


def test_a_worker_frozen_for_longer_than_its_lease_is_fenced_off(stack: Running, day: RetailDay) -> None:
    fenced = log_of(stack, "worker").count("lease lost")
    day.fault("wms", "slow", operation="release", count=1, seconds=2)
    seen = len(day.effects(operation="release"))
    placing = day.placing(orders=1, seed=SEED + 2)
    until(lambda: len(day.effects(operation="release")) > seen, within_s=30)
    sleepers = chaos.children(stack.pid("worker"))
    for sleeper in sleepers:
        os.kill(sleeper, signal.SIGSTOP)
    try:
        with another(stack, "worker"):
            result(placing)
            day.settle(within_s=SETTLED_WITHIN_S)
            for sleeper in sleepers:
                os.kill(sleeper, signal.SIGCONT)
            until(lambda: log_of(stack, "worker").count("lease lost") > fenced, within_s=30)
    finally:
        for sleeper in sleepers:
            os.kill(sleeper, signal.SIGCONT)


def test_two_relays_and_two_sweepers_share_the_work(stack: Running, day: RetailDay) -> None:
    with another(stack, "relay"), another(stack, "beat"):
        day.place(orders=20, seed=SEED + 3)
        day.settle(within_s=SETTLED_WITHIN_S)
    told_twice = (
        "SELECT aggregate, name FROM outbox_fact WHERE name LIKE 'parcel.%%' GROUP BY 1, 2, data HAVING count(*) > 1"
    )
    assert day.rows(told_twice) == []


@contextmanager
def another(stack: Running, role: str) -> Iterator[None]:
    """A second process of a role, beside the one the supervisor looks after."""
    process = subprocess.Popen(
        roles.argv(role),
        env={**roles.environment(stack.state, RETAIL_ROLE=role), **stack.state.env},
        cwd=roles.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        yield
        assert process.poll() is None, f"the second {role} ended with {process.returncode}"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def log_of(stack: Running, role: str) -> str:
    return stack.state.at("logs", f"{role}.log").read_text(errors="replace")
