"""Who may still call and write: a worker that slept, a broker that lost its bells."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from celery import Celery
from django.conf import settings
from django.db.models import F

from process_apis.engine import lease, sweeper, wake
from process_apis.engine.models import ProcessRun, RunState
from process_apis.engine.process import Done, Outcome, StepContext
from retail_platform.celery import app
from retail_platform.kernel import clock, holding
from tests.engine import Workers

pytestmark = pytest.mark.django_db


def at(run_id: UUID) -> ProcessRun:
    return ProcessRun.objects.get(id=run_id)


def due_at(run_id: UUID) -> datetime:
    due = at(run_id).next_wake_at
    assert due is not None
    return due


def make_due(run_id: UUID) -> None:
    past = clock.now() - timedelta(seconds=1)
    ProcessRun.objects.filter(id=run_id).update(next_wake_at=past, lease_until=past)


def sleeps(then: Callable[[StepContext], Outcome]) -> Callable[[StepContext], Outcome]:
    """A step during which the worker stands still for longer than its lease, and the sweeper comes by."""

    def act(ctx: StepContext) -> Outcome:
        make_due(ctx.run_id)
        sweeper.sweep()
        return then(ctx)

    return act


def test_a_worker_that_was_swept_past_is_fenced_off_before_another_takes_over(workers: Workers) -> None:
    workers.log.script("send", sleeps(lambda ctx: Done(late=True)))
    run_id = workers.begin()
    workers.work()
    assert (at(run_id).state, at(run_id).facts.get("late")) == (RunState.DONE, None)


def test_a_call_is_not_made_once_the_lease_is_lost(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "FRESH_S", 0.0)
    called: list[str] = []

    def call(ctx: StepContext) -> Outcome:
        holding.confirm()
        called.append("late")
        return Done()

    workers.log.script("send", sleeps(call))
    run_id = workers.begin()
    workers.work()
    assert (called, at(run_id).state) == ([], RunState.DONE)


def test_a_step_of_many_calls_keeps_its_lease(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "FRESH_S", 0.0)

    def call_after_a_long_look(ctx: StepContext) -> Outcome:
        make_due(ctx.run_id)  # the first call took nearly all of the lease
        holding.confirm()
        assert sweeper.sweep() == 0
        return Done()

    workers.log.script("send", call_after_a_long_look)
    assert workers.go(workers.begin()).state == RunState.DONE


def test_a_lease_that_is_fresh_is_left_as_it_is(workers: Workers) -> None:
    first, second = _leases_before_and_after(workers, worn_s=0)
    assert first == second


def test_a_lease_that_is_not_fresh_any_more_is_made_full_with_the_next_commit(workers: Workers) -> None:
    first, second = _leases_before_and_after(workers, worn_s=2 * lease.FRESH_S)
    assert second[0] - first[0] > timedelta(seconds=lease.FRESH_S)
    assert second[1] > second[0]  # the sweeper looks after it once it is over


def _leases_before_and_after(workers: Workers, *, worn_s: float) -> list[tuple[datetime, datetime]]:
    """Until when a run is held, and when it is due, in its first stride and in the call behind it."""
    seen: list[tuple[datetime, datetime]] = []

    def look(ctx: StepContext) -> Outcome:
        run = at(ctx.run_id)
        assert run.lease_until
        assert run.next_wake_at
        seen.append((run.lease_until, run.next_wake_at))
        return Done()

    def wear(ctx: StepContext) -> Outcome:
        worn = timedelta(seconds=worn_s)
        ProcessRun.objects.filter(id=ctx.run_id).update(lease_until=F("lease_until") - worn)
        return look(ctx)

    workers.log.script("pack", wear)
    workers.log.script("send", look)
    workers.go(workers.begin())
    return seen


def test_bells_that_the_broker_never_got_do_not_grow_rarer(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "ring_many", lambda bells: [bell.run_id for bell in bells])
    run_id = workers.begin()
    for _ in range(6):
        make_due(run_id)
        sweeper.sweep()
    assert due_at(run_id) - clock.now() < timedelta(seconds=sweeper.TRY_AGAIN_S + 1)


def _rarely_rung(workers: Workers) -> UUID:
    run_id = workers.begin()
    for _ in range(5):
        make_due(run_id)
        sweeper.sweep()
    return run_id


def test_bells_that_the_broker_lost_are_rung_again_soon(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = _rarely_rung(workers)
    monkeypatch.setattr(wake, "queued", lambda: 0)
    monkeypatch.setattr(sweeper, "QUIET_S", 0)
    assert sweeper.ring_lost_bells() == 1
    assert due_at(run_id) <= clock.now()


def test_a_bell_rung_a_moment_ago_is_not_taken_for_lost(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    _rarely_rung(workers)
    monkeypatch.setattr(wake, "queued", lambda: 0)
    assert sweeper.ring_lost_bells() == 0


def test_bells_that_still_wait_at_the_broker_are_left_alone(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    _rarely_rung(workers)
    monkeypatch.setattr(wake, "queued", lambda: 1)
    assert sweeper.ring_lost_bells() == 0


def test_bells_are_rung_again_where_more_runs_stay_ready_than_bells_wait(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rarely_rung(workers)
    for number in range(wake.RUNS_A_MESSAGE):  # one more run is ready than one bell may be for
        workers.begin(subject=f"E-1{number}")
    monkeypatch.setattr(sweeper, "IN_HANDS", 0)
    monkeypatch.setattr(sweeper, "QUIET_S", 0)
    monkeypatch.setattr(wake, "queued", lambda: 1)
    assert [sweeper.ring_lost_bells() > 0, sweeper.ring_lost_bells() > 0] == [False, True]


def test_a_broker_that_cannot_be_asked_has_lost_nothing(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    _rarely_rung(workers)
    monkeypatch.setattr(sweeper, "QUIET_S", 0)
    monkeypatch.setattr(wake, "queued", lambda: None)
    assert sweeper.ring_lost_bells() == 0


@pytest.fixture
def broker() -> Celery:
    """The real broker, with no wake-up in it."""
    app.set_default()
    with app.connection_for_write() as connection:
        channel: Any = connection.channel()
        for name in settings.QUEUES:
            channel.queue_purge(name)
    return app


def test_an_empty_broker_holds_no_wake_up(broker: Celery) -> None:
    assert wake.queued() == 0


def test_a_wake_up_that_waits_is_counted(broker: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "_quiet_until", 0.0)
    assert wake.ring(run_id=UUID(int=1), queues=["finance"], correlation_id="")
    assert wake.queued() == 1


def test_a_broker_that_is_away_is_not_taken_for_an_empty_one(broker: Celery) -> None:
    away = Celery(broker="redis://127.0.0.1:1/0", broker_transport_options={"socket_connect_timeout": 0.2})
    away.set_current()
    try:
        assert wake.queued() is None
    finally:
        app.set_current()
