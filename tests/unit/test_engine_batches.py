"""Several runs share a message, and nothing else: Note [Batches]."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from process_apis.engine import batch, lease, listener, registry, sweeper, wake
from process_apis.engine.models import ProcessRun, RunState
from process_apis.engine.process import Done, Outcome, StepContext
from process_apis.engine.tasks import run_link
from process_apis.engine.wake import Bell
from retail_platform.kernel import clock, correlation
from tests.engine import Workers, a_fact, marks, open_cases, tell

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What a worker sees of kill -9: nothing after this line happens."""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No run is let go because this machine is slow."""
    monkeypatch.setattr(batch, "HOLD_S", 600.0)


def begun(workers: Workers, many: int) -> list[UUID]:
    """So many errands, with nothing done of them and no bell rung."""
    runs = [workers.begin(subject=f"E-{number}") for number in range(many)]
    workers.bells.clear()
    return runs


def at(run_id: UUID) -> ProcessRun:
    return ProcessRun.objects.get(id=run_id)


def states(run_ids: Sequence[UUID]) -> list[str]:
    return [at(run_id).state for run_id in run_ids]


def together(run_ids: Sequence[UUID]) -> None:
    """What a worker does with one chain for all of them."""
    for queue in registry.links("errand", "pack"):
        run_ids = run_ids and batch.advance(run_ids=run_ids, queue=queue)


def make_due() -> None:
    past = clock.now() - timedelta(seconds=1)
    ProcessRun.objects.filter(next_wake_at__isnull=False).update(next_wake_at=past, lease_until=past)


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[list[UUID]]:
    """What is published: the runs of each message."""
    seen: list[list[UUID]] = []

    def publish(bells: Sequence[Bell]) -> bool:
        seen.append([bell.run_id for bell in bells])
        return True

    monkeypatch.setattr(wake, "_publish", publish)
    return seen


def bells(many: int, *queues: str) -> list[Bell]:
    return [Bell(uuid4(), queues or ("fulfilment",), "") for _ in range(many)]


@pytest.mark.parametrize(
    ("runs", "sizes"), [(0, []), (1, [1]), (4, [1] * 4), (6, [1, 2, 1, 2]), (32, [8] * 4), (33, [6, 7, 6, 7, 7])]
)
def test_runs_that_are_rung_together_share_messages(messages: list[list[UUID]], runs: int, sizes: list[int]) -> None:
    rung = bells(runs)
    assert wake.ring_many(rung) == []
    assert [len(message) for message in messages] == sizes
    assert [run_id for message in messages for run_id in message] == [bell.run_id for bell in rung]


def test_runs_with_other_links_have_messages_of_their_own_in_their_turn(messages: list[list[UUID]]) -> None:
    early, other, late = bells(1), bells(1, "checkout", "fulfilment"), bells(1)
    wake.ring_many([*early, *other, *late])
    assert messages == [[early[0].run_id], [other[0].run_id], [late[0].run_id]]


def test_runs_whose_message_was_not_published_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rung = bells(20)
    monkeypatch.setattr(wake, "_publish", lambda message: rung[0] not in message)
    assert wake.ring_many(rung) == [bell.run_id for bell in rung[:5]]


def test_a_message_of_many_is_understood_by_the_release_before(workers: Workers) -> None:
    runs = begun(workers, 2)
    assert wake.naming(runs) == {"run_id": str(runs[0]), "run_ids": [str(run_id) for run_id in runs]}
    assert wake.naming(runs[:1]) == {"run_id": str(runs[0])}


def test_all_runs_of_a_message_come_to_their_end(workers: Workers) -> None:
    runs = begun(workers, 5)
    together(runs)
    assert states(runs) == [RunState.DONE] * 5


def test_each_run_is_carried_out_under_its_own_correlation_id(workers: Workers) -> None:
    runs = begun(workers, 3)
    for number, run_id in enumerate(runs):
        ProcessRun.objects.filter(id=run_id).update(correlation_id=f"{number + 1:032x}")
    seen: list[str] = []

    def look(ctx: StepContext) -> Outcome:
        seen.append(correlation.current())
        return Done()

    workers.log.script("send", *[look] * 3)
    together(runs)
    assert seen == [f"{number:032x}" for number in (1, 2, 3)]


def link_with(chain: list[dict[str, Any]], runs: list[UUID]) -> Any:
    """What Celery finds behind a link that was carried out."""
    task: Any = run_link
    task.push_request(chain=chain)
    try:
        task.run(queue="fulfilment", **wake.naming(runs))
        return task.request.chain
    finally:
        task.pop_request()


def test_the_next_link_is_for_those_that_go_on(workers: Workers) -> None:
    runs = begun(workers, 3)
    ProcessRun.objects.filter(id=runs[1]).update(state=RunState.PARKED)
    left = link_with([{"kwargs": {"queue": "finance", **wake.naming(runs)}}], runs)
    assert left == [{"kwargs": {"queue": "finance", **wake.naming([runs[0], runs[2]])}}]


def test_a_link_in_which_none_goes_on_is_the_last(workers: Workers) -> None:
    runs = begun(workers, 3)
    together(runs)
    assert link_with([{"kwargs": {"queue": "finance", **wake.naming(runs)}}], runs) is None


@pytest.mark.django_db(transaction=True)
def test_what_one_run_raises_ends_its_turn_only(workers: Workers) -> None:
    runs = begun(workers, 3)

    def cut(ctx: StepContext) -> Outcome:
        if ctx.run_id == runs[1]:
            connection.connection.close()  # the session is gone, and what became of the call cannot be written
        return Done()

    workers.log.script("send", *[cut] * 3)
    together(runs)
    assert states(runs) == [RunState.DONE, RunState.RUNNING, RunState.DONE]


def test_a_run_that_ends_its_worker_every_time_parks_alone(workers: Workers) -> None:
    runs = begun(workers, 4)

    def deadly(ctx: StepContext) -> Outcome:
        if ctx.run_id == runs[1]:
            workers.log.script("pack", deadly)
            raise Killed
        return Done(errand_packed=True)

    workers.log.script("pack", *[deadly] * 4)
    for _ in range(8):
        with suppress(Killed):
            together(runs)
        make_due()
        sweeper.sweep()
    assert states(runs) == [RunState.DONE, RunState.PARKED, RunState.DONE, RunState.DONE]
    assert [case.run_id for case in open_cases()] == [runs[1]]


def test_who_was_with_a_run_that_ended_its_worker_is_claimed_alone_from_then_on(workers: Workers) -> None:
    runs = begun(workers, 3)
    workers.log.script("pack", Killed())
    with suppress(Killed):
        together(runs)
    make_due()
    sweeper.sweep()
    assert lease.claim_many(runs) == []
    assert [at(run_id).claims for run_id in runs] == [1, 1, 1]


def test_behind_a_slow_run_the_others_are_let_go_and_rung_one_by_one(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "HOLD_S", 0.0)
    runs = begun(workers, 3)
    assert batch.advance(run_ids=runs, queue="fulfilment") == runs[:1]
    assert states(runs) == [RunState.READY] * 3
    assert [(at(run_id).step, at(run_id).claims) for run_id in runs] == [("bill", 0), ("pack", 0), ("pack", 0)]
    assert sorted(workers.bells) == sorted((run_id, ["fulfilment", "finance", "fulfilment"]) for run_id in runs[1:])


def test_a_claim_that_was_not_ours_is_rung_again_with_its_count(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "HOLD_S", 0.0)
    runs = begun(workers, 2)
    ProcessRun.objects.filter(id=runs[1]).update(claims=2)  # two workers have died with it
    batch.advance(run_ids=runs, queue="fulfilment")
    assert (at(runs[1]).state, at(runs[1]).claims, len(workers.bells)) == (RunState.READY, 2, 1)


def test_what_another_worker_has_taken_meanwhile_is_not_let_go(workers: Workers) -> None:
    runs = begun(workers, 2)
    ours = lease.claim_many(runs)
    make_due()
    assert lease.claim(runs[0])
    assert [row[0] for row in lease.let_go({run.id: run.fence for run in ours})] == [runs[1]]
    assert at(runs[0]).state == RunState.RUNNING


def test_a_worker_that_slept_with_a_batch_writes_nothing_of_what_others_did(workers: Workers) -> None:
    runs = begun(workers, 3)

    def sleep(ctx: StepContext) -> Any:
        make_due()
        sweeper.sweep()
        workers.work()
        return Done(late=True)

    workers.log.script("send", sleep)
    assert batch.advance(run_ids=runs, queue="fulfilment") == []
    assert states(runs) == [RunState.DONE] * 3
    assert marks("errand.packed") == 3
    assert not any(at(run_id).facts.get("late") for run_id in runs)


def test_a_round_of_facts_begins_all_their_runs(workers: Workers) -> None:
    facts = [a_fact("errand.begun", f"E-{number}") for number in range(5)]
    listener.on_facts([*facts, facts[0]])
    assert sorted(ProcessRun.objects.values_list("subject", flat=True)) == [f"E-{number}" for number in range(5)]


def test_each_fact_of_a_round_counts_for_its_run(workers: Workers) -> None:
    (run_id,) = begun(workers, 1)
    listener.on_facts([a_fact("errand.received", "E-0"), a_fact("errand.received", "E-0")])
    assert at(run_id).signals == 2


def test_a_run_that_begins_in_a_round_hears_the_other_facts_of_it(workers: Workers) -> None:
    listener.on_facts([a_fact("errand.received"), a_fact("errand.begun")])
    assert ProcessRun.objects.get().signals == 1


@pytest.mark.django_db(transaction=True)
def test_a_round_of_facts_rings_once_for_each_run(workers: Workers) -> None:
    listener.on_facts([a_fact(name, f"E-{n}") for n in range(3) for name in ("errand.begun", "errand.received")])
    assert sorted(run_id for run_id, _ in workers.bells) == sorted(ProcessRun.objects.values_list("id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_comes_while_its_run_goes_to_sleep_wakes_it(workers: Workers) -> None:
    (run_id,) = begun(workers, 1)
    teller = threading.Thread(target=_tell_received)
    with transaction.atomic():
        ProcessRun.objects.filter(id=run_id).update(state=RunState.WAITING, waiting_for="errand.received")
        teller.start()
        _until_one_waits_for_a_lock()
    teller.join()
    assert (at(run_id).state, at(run_id).signals) == (RunState.READY, 1)


def _tell_received() -> None:
    tell("errand.received", "E-0")
    connection.close()


def _until_one_waits_for_a_lock() -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for the lock")
