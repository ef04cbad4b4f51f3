"""A vendor is away for hours: nobody need act when it is back, and who waited longest goes first."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from process_apis.engine import sweeper, wake, watch
from process_apis.engine.models import ProcessRun, RunState, RunStep
from retail_platform.kernel import clock
from system_apis.connections.models import BreakerState, Connection
from system_apis.errors import NotAsked, Unavailable
from tests.engine import Workers, open_cases, tell

pytestmark = pytest.mark.django_db
RESTS = NotAsked("erp is resting", connection="erp", retry_after_s=60)


def spent(run_id: UUID) -> None:
    """The budget of the step is used up."""
    RunStep.objects.filter(run_id=run_id, name="send").update(started_at=clock.now() - timedelta(hours=4))


def test_hours_in_which_a_vendor_was_not_asked_are_not_taken_from_the_budget(workers: Workers) -> None:
    workers.log.script("send", RESTS, RESTS, Unavailable("refused"))
    run_id = workers.begin()
    workers.work()
    spent(run_id)
    workers.later(run_id)
    workers.later(run_id)
    assert workers.later(run_id).state == RunState.DONE
    assert open_cases() == []


def test_hours_in_which_a_vendor_refused_are(workers: Workers) -> None:
    workers.log.script("send", RESTS, Unavailable("refused"))
    run_id = workers.begin()
    workers.work()
    spent(run_id)
    assert workers.later(run_id).state == RunState.PARKED


def test_who_is_due_goes_by_business_date_then_priority_then_age(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: dict[str, dict[str, Any]] = {
        "last": {"business_date": "2026-03-03", "priority": 1},
        "second": {"business_date": "2026-03-02", "priority": 5},
        "third": {"business_date": "2026-03-02", "priority": 5},
        "first": {"business_date": "2026-03-02", "priority": 1},
    }
    for subject, turn in turns.items():
        tell("errand.begun", subject, **turn)
    ProcessRun.objects.update(next_wake_at=clock.now() - timedelta(seconds=1))
    ProcessRun.objects.filter(subject="second").update(created_at=clock.now() - timedelta(hours=1))
    rung: list[str] = []

    def ring_many(bells: Iterable[wake.Bell]) -> list[UUID]:
        rung.extend(ProcessRun.objects.get(id=bell.run_id).subject for bell in bells)
        return []

    monkeypatch.setattr(wake, "ring_many", ring_many)
    while sweeper.sweep(limit=1):
        pass
    assert rung == ["first", "second", "third", "last"]


def test_a_run_without_a_word_on_its_turn_is_of_today(workers: Workers) -> None:
    run = ProcessRun.objects.get(id=workers.begin())
    assert (run.business_date, run.priority) == (clock.now().date(), 5)
    assert isinstance(run.business_date, date)


@pytest.fixture
def queue(workers: Workers) -> Connection:
    """Ten runs that were not allowed to ask the ERP, and are due."""
    for number in range(10):
        workers.log.script("send", RESTS)
        workers.begin(subject=f"E-{number}")
    workers.work()
    ProcessRun.objects.update(next_wake_at=clock.now() - timedelta(seconds=1))
    return Connection.objects.create(code="erp", kind="erp", vendor="sandbox", base_url="http://x", budget_per_s=4)


def test_nobody_is_woken_for_a_vendor_that_rests(queue: Connection) -> None:
    Connection.objects.update(breaker_state=BreakerState.OPEN, breaker_until=clock.now() + timedelta(minutes=1))
    assert sweeper.sweep() == 0


def test_one_is_woken_to_ask_once_the_rest_is_over(queue: Connection) -> None:
    Connection.objects.update(breaker_state=BreakerState.OPEN, breaker_until=clock.now() - timedelta(seconds=1))
    assert sweeper.sweep() == 1


def test_no_more_are_woken_than_the_vendor_may_be_asked(queue: Connection) -> None:
    assert [sweeper.sweep(), sweeper.sweep()] == [6, 4]


def test_they_are_woken_one_by_one_so_that_they_ask_in_their_turn(
    queue: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages: list[int] = []

    def ring_many(bells: Iterable[wake.Bell]) -> list[UUID]:
        messages.append(len(list(bells)))
        return []

    monkeypatch.setattr(wake, "ring_many", ring_many)
    sweeper.sweep()
    assert messages == [0, *[1] * 6]


def test_those_that_wait_for_another_vendor_are_woken_meanwhile(queue: Connection, workers: Workers) -> None:
    Connection.objects.update(breaker_state=BreakerState.OPEN, breaker_until=clock.now() + timedelta(minutes=1))
    workers.begin(subject="another")
    ProcessRun.objects.filter(subject="another").update(next_wake_at=clock.now() - timedelta(seconds=1))
    assert sweeper.sweep() == 1


def test_runs_left_due_while_a_vendor_rests_do_not_speak_against_the_sweeper(queue: Connection) -> None:
    ProcessRun.objects.update(next_wake_at=clock.now() - timedelta(minutes=5))
    assert watch.runs().ok


def test_a_run_that_nobody_wakes_does(workers: Workers) -> None:
    workers.begin()
    ProcessRun.objects.update(next_wake_at=clock.now() - timedelta(minutes=5))
    assert not watch.runs().ok
