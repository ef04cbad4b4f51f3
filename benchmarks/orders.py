"""Runs through a journey with the steps and queues of an order's, calling out where that does; they do nothing.

Ours is the engine on real Celery workers: a commit for each stride of a run, and a message for each stretch of up to
eight runs, which are rung as a relay rings for the runs that a round of facts begins. The plain way is a Celery chain
for each run with a task and a row for each step, on the same workers; its messages are for one run, as Celery has it.
The limit is the same commits by as many bare processes, one statement each: no broker, no claims that others respect,
nothing decided. Throughput, in pairs within each round. The second case has twice the workers; the third is the first
as if no step called out.
"""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any, TextIO
from uuid import UUID

from django.db import connection

from benchmarks.scratch import scratch_database
from process_apis.engine import lease, wake
from process_apis.engine.models import ProcessRun
from process_apis.engine.process import Process
from retail_platform.kernel import clock, valkey

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
CASES = (("1 worker", 1, "ORDERS"), ("2 workers", 2, "ORDERS"), ("our own steps", 1, "OWN"))
RUNS = {"ours": 200, "plain": 40, "limit": 200}
_WITHIN_S, _READY_WITHIN_S = 120, 60
Bare = Sequence["subprocess.Popen[str]"]


def run(*, out: TextIO = sys.stderr, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Both cases; `out` hears of each round."""
    os.environ["BENCH_PREFIX"] = prefix = f"bench-{uuid.uuid4().hex[:8]}:"
    import_module("benchmarks.orders_worker")  # what publishes here takes the prefix too
    with scratch_database() as url:
        try:
            found = [_case(*case, url, rounds, out) for case in CASES]
        finally:
            for key in valkey.client().scan_iter(match=f"{prefix}*", count=1000):
                valkey.client().unlink(key)
    print(f"twice the workers: {found[1]['ours_per_s'] / found[0]['ours_per_s']:.2f} times the runs", file=out)
    return found


def _case(case: str, workers: int, journey: str, url: str, rounds: int, out: TextIO) -> dict[str, Any]:
    rates: dict[str, list[float]] = {name: [] for name in RUNS}
    with _hands(workers, url) as bare:
        for number in range(rounds + 1):
            for name, many in RUNS.items():
                rates[name].append(_rate(name, many if number else many // 5, journey, url, bare))
            if number:
                told = {name: round(found[-1], 1) for name, found in rates.items()}
                print(f"{case}, runs a second: {told}", file=out, flush=True)

    def ratio(other: str) -> float:  # the first round only warms up
        return median(ours / theirs for ours, theirs in list(zip(rates["ours"], rates[other], strict=True))[1:])

    return {
        "case": case,
        "ours_per_s": round(median(rates["ours"][1:]), 1),
        "baseline_ratio": round(ratio("plain"), 2),
        "limit_ratio": round(ratio("limit"), 3),
    }


def _rate(name: str, many: int, of: str, url: str, bare: Bare) -> float:
    """Runs a second of one contender, from the first bell until the last is done."""
    from benchmarks import orders_ways

    journey: Process = getattr(orders_ways, of)
    runs = _ready(journey, many)
    began = time.monotonic()
    if name == "limit":
        _carry(bare, url, runs, orders_ways.commits(journey))
    elif name == "ours":
        links = journey.links(journey.steps[0].name)
        wake.ring_many(wake.Bell(run_id, links, correlation_id="") for run_id in runs)
    else:
        for run_id in runs:
            orders_ways.start_plain(run_id)
    while ProcessRun.objects.exclude(state="done").exists():
        if time.monotonic() - began > _WITHIN_S:
            raise RuntimeError(f"{name}: runs are left over after {_WITHIN_S} s; see what the workers say above")
        time.sleep(0.01)
    took = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM engine_runstep WHERE state = 'done'")
        (steps,) = cursor.fetchone()
    if steps != many * len(journey.steps):
        raise AssertionError(f"{name}: {steps} steps of {many} runs are done")
    return many / took


def _ready(journey: Process, many: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE engine_processrun CASCADE")
    runs = [
        ProcessRun(
            process=journey.name, subject=str(n), step=journey.steps[0].name,
            deadline_at=clock.now() + timedelta(days=1), next_wake_at=lease.in_seconds(lease.GRACE_S),
        )
        for n in range(many)
    ]  # fmt: skip
    ProcessRun.objects.bulk_create(runs)
    return [each.id for each in runs]


def _carry(bare: Bare, url: str, runs: list[UUID], commits: list[list[tuple[str, str]]]) -> None:
    for number, process in enumerate(bare):
        share = [str(run_id) for run_id in runs[number :: len(bare)]]
        assert process.stdin is not None  # piped
        process.stdin.write(json.dumps([url, share, commits]) + "\n")
        process.stdin.flush()
    for process in bare:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise RuntimeError("a bare process died; it says why above")


@contextmanager
def _hands(workers: int, url: str) -> Iterator[Bare]:
    """A Celery worker with so many processes, and as many bare ones."""
    sign = Path(f"/tmp/{uuid.uuid4().hex}.ready")
    env = {**os.environ, "DATABASE_URL": url, "RETAIL_ROLE": "worker", "RETAIL_READY_FILE": str(sign)}
    env |= {"REMAP_SIGTERM": "SIGQUIT", "C_FORCE_ROOT": "1"}
    command = [sys.executable, "-m", "celery", "-A", "benchmarks.orders_worker:app", "worker", "-c", str(workers)]
    quiet = ["--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    crew = subprocess.Popen([*command, *quiet], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    bare = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.orders_bare"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(workers)
    ]  # fmt: skip
    try:
        until = time.monotonic() + _READY_WITHIN_S
        while not sign.exists():
            if crew.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the workers did not start; they say why above")
            time.sleep(0.05)
        yield bare
    finally:
        sign.unlink(missing_ok=True)
        for process in bare:
            process.communicate()
        crew.terminate()
        try:
            crew.wait(15)
        except subprocess.TimeoutExpired:
            crew.kill()
            crew.wait()
