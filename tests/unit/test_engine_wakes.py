"""Wake-ups get lost, doubled and late; facts come early; workers die, sleep and meet. Runs go on all the same."""

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery import Celery
from django.db import connection

from process_apis.engine import lease, runner, sweeper, wake
from process_apis.engine.models import ProcessRun, RunState, RunStep
from process_apis.engine.process import Done, StepContext
from retail_platform.celery import app
from retail_platform.kernel import clock
from tests.engine import Workers, marks, open_cases, tell
from tests.errand import await_receipt_for

pytestmark = pytest.mark.django_db


def at(run_id: UUID) -> ProcessRun:
    return ProcessRun.objects.get(id=run_id)


def make_due(run_id: UUID) -> None:
    past = clock.now() - timedelta(seconds=1)
    ProcessRun.objects.filter(id=run_id).update(next_wake_at=past, lease_until=past)


def test_a_fact_told_twice_starts_one_run(workers: Workers) -> None:
    workers.begin()
    workers.begin()
    assert ProcessRun.objects.count() == 1


def test_a_stale_wake_up_changes_nothing(workers: Workers) -> None:
    run = workers.go(workers.begin())
    assert not runner.advance(run_id=run.id, queue="fulfilment")
    assert at(run.id).updated_at == run.updated_at


def test_a_wake_up_of_a_run_nobody_knows_changes_nothing(workers: Workers) -> None:
    assert not runner.advance(run_id=uuid4(), queue="fulfilment")


def test_a_wake_up_on_the_wrong_queue_hands_the_run_over_and_does_no_step(workers: Workers) -> None:
    run_id = workers.begin()
    assert runner.advance(run_id=run_id, queue="finance")
    assert (workers.log.calls, at(run_id).state) == ([], RunState.READY)


def test_a_lost_wake_up_is_rung_again(workers: Workers) -> None:
    run_id = workers.begin()
    workers.bells.clear()
    make_due(run_id)
    assert sweeper.sweep() == 1
    workers.work()
    assert at(run_id).state == RunState.DONE


def test_the_next_wake_up_is_moved_on_before_the_bell_is_rung(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = workers.begin()
    make_due(run_id)
    seen: list[bool] = []

    def look(_: Iterable[wake.Bell]) -> list[UUID]:
        seen.append((at(run_id).next_wake_at or clock.now()) > clock.now() + timedelta(seconds=3))
        return []

    monkeypatch.setattr(wake, "ring_many", look)
    sweeper.sweep()
    assert seen == [True]


def test_bells_that_nobody_answers_grow_rarer(workers: Workers) -> None:
    run_id = workers.begin()
    gaps = []
    for _ in range(4):
        make_due(run_id)
        sweeper.sweep()
        gaps.append(at(run_id).next_wake_at - clock.now())
    assert gaps == sorted(gaps)
    assert gaps[-1] > 3 * gaps[0]


def test_a_broker_that_is_away_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "_quiet_until", 0.0)
    Celery(broker="redis://127.0.0.1:1/0", broker_transport_options={"socket_connect_timeout": 0.2}).set_current()
    try:
        wake.ring(run_id=uuid4(), queues=["fulfilment", "finance"], correlation_id="")
    finally:
        app.set_current()
    assert wake._quiet_until > 0


def test_a_run_waits_for_its_fact(workers: Workers) -> None:
    workers.log.script("await_receipt", await_receipt_for)
    run = workers.go(workers.begin())
    assert (run.state, run.waiting_for) == (RunState.WAITING, "errand.received")


def test_a_fact_ends_the_wait_for_it(workers: Workers) -> None:
    workers.log.script("await_receipt", await_receipt_for)
    run = workers.go(workers.begin())
    tell("errand.received")
    assert at(run.id).state == RunState.READY
    assert workers.later(run.id).state == RunState.DONE


def test_a_fact_that_comes_while_the_step_decides_to_wait_is_not_missed(workers: Workers) -> None:
    def too_late(ctx: StepContext) -> Any:
        tell("errand.received")
        return await_receipt_for(ctx)

    workers.log.script("await_receipt", too_late)
    run = workers.go(workers.begin())
    assert (run.state, workers.log.calls.count("await_receipt")) == (RunState.DONE, 2)


def test_a_wait_ends_at_its_time_without_the_fact(workers: Workers) -> None:
    workers.log.script("await_receipt", await_receipt_for)
    run = workers.go(workers.begin())
    assert workers.later(run.id).state == RunState.DONE


def test_a_fact_about_something_else_ends_no_wait(workers: Workers) -> None:
    workers.log.script("await_receipt", await_receipt_for)
    run = workers.go(workers.begin())
    tell("errand.received", "E-2")
    assert at(run.id).state == RunState.WAITING


def test_a_step_that_takes_its_worker_down_every_time_parks(workers: Workers) -> None:
    run_id = workers.begin()
    for _ in range(3):
        assert lease.claim(run_id)  # and nothing more is heard of the worker
        make_due(run_id)
        sweeper.sweep()
    workers.work()
    run = at(run_id)
    assert (run.state, workers.log.calls, len(open_cases())) == (RunState.PARKED, [], 1)


def test_a_step_this_release_does_not_know_parks(workers: Workers) -> None:
    run_id = workers.begin()
    ProcessRun.objects.update(step="teleport")
    workers.work()
    assert (at(run_id).state, "teleport" in open_cases()[0].title) == (RunState.PARKED, True)


def test_a_journey_this_release_does_not_know_parks(workers: Workers) -> None:
    run_id = workers.begin()
    ProcessRun.objects.update(process="of_tomorrow")
    make_due(run_id)
    sweeper.sweep()
    workers.work()
    assert at(run_id).state == RunState.PARKED


def test_a_worker_that_slept_past_its_lease_leaves_nothing_of_a_local_step(workers: Workers) -> None:
    workers.log.script("pack", _overtaken)
    run_id = workers.begin()
    workers.work()
    assert (RunStep.objects.count(), at(run_id).step) == (0, "pack")


def test_a_worker_that_slept_past_its_lease_does_not_move_the_run(workers: Workers) -> None:
    workers.log.script("send", _overtaken)
    run_id = workers.begin()
    workers.work()
    run = at(run_id)
    assert (run.step, run.state, run.facts.get("late")) == ("send", RunState.RUNNING, None)


def test_a_run_past_its_deadline_is_reported_once(workers: Workers) -> None:
    workers.begin()
    ProcessRun.objects.update(deadline_at=clock.now() - timedelta(hours=1))
    sweeper.report_overdue()
    sweeper.report_overdue()
    assert [(case.kind, case.subject) for case in open_cases()] == [("business", "E-1")]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_woken_for_one_run_one_works_on_it(workers: Workers) -> None:
    run_id = workers.begin()
    _at_once(8, lambda: runner.advance(run_id=run_id, queue="fulfilment"))
    assert (workers.log.calls, marks("errand.packed")) == (["pack", "send"], 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_sweepers_one_rings_for_a_run(workers: Workers) -> None:
    for number in range(20):
        workers.begin(subject=f"E-{number}")
    workers.bells.clear()
    ProcessRun.objects.update(next_wake_at=clock.now() - timedelta(seconds=1))
    _at_once(6, sweeper.sweep)
    assert sorted(run_id for run_id, _ in workers.bells) == sorted(ProcessRun.objects.values_list("id", flat=True))


def _overtaken(ctx: StepContext) -> Done:
    make_due(ctx.run_id)
    assert lease.claim(ctx.run_id)
    return Done(late=True)


def _at_once(times: int, work: Callable[[], object]) -> None:
    gate = threading.Barrier(times)

    def run() -> None:
        gate.wait()
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
