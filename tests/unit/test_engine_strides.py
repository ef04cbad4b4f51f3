"""What shares a commit with what, and that nothing is lost or doubled by it."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from process_apis.engine import lease, step_log
from process_apis.engine.models import ProcessRun, RunState, RunStep
from process_apis.engine.process import Done, NeedsPerson, Rejected, StepContext, Wait
from retail_platform.kernel import clock
from system_apis.errors import OutcomeUnknown, Unavailable
from tests.engine import Workers, marks, open_cases, steps

pytestmark = pytest.mark.django_db
ALL = ["load", "check", "drive", "note", "park", "wash"]
Strides = list[tuple[list[str], str]]


class Killed(BaseException):
    """What a worker sees of kill -9: nothing after this line happens."""


@pytest.fixture
def strides(monkeypatch: pytest.MonkeyPatch) -> Strides:
    """Each write of steps: those that are through, and the one whose call is counted."""
    seen: Strides = []
    move = step_log.move

    def watched(run: ProcessRun, **told: Any) -> Any:
        seen.append(([each.name for each in told["passed"]], run.step if told.get("call") else ""))
        return move(run, **told)

    monkeypatch.setattr(step_log, "move", watched)
    return seen


def test_what_follows_each_other_shares_a_commit(workers: Workers, strides: Strides) -> None:
    run = workers.go(workers.begin("tour.begun"))
    assert run.state == RunState.DONE
    assert strides == [(["load", "check"], "drive"), (["drive", "note", "park"], ""), (["wash"], "")]


def test_a_step_that_locks_what_many_want_is_the_last_of_ours(workers: Workers, strides: Strides) -> None:
    workers.go(workers.begin("tour.begun"))
    assert all("park" not in through[:-1] for through, _ in strides)


def test_each_step_of_a_stride_is_a_row_of_its_own(workers: Workers) -> None:
    run = workers.go(workers.begin("tour.begun"))
    rows = list(RunStep.objects.filter(run=run))
    assert [(row.name, row.state, row.attempts) for row in rows] == [(name, "done", 1) for name in ALL]
    assert all(row.finished_at and row.started_at <= row.finished_at for row in rows)
    assert rows[0].result == {"tour_loaded": True}


def test_the_call_is_counted_before_it_is_made(workers: Workers) -> None:
    seen: list[RunStep] = []

    def look(ctx: StepContext) -> Done:
        seen.extend(RunStep.objects.filter(run_id=ctx.run_id, name="drive"))
        return Done()

    workers.log.script("drive", look)
    workers.go(workers.begin("tour.begun"))
    assert [(row.state, row.attempts, row.maybe_sent) for row in seen] == [("running", 1, True)]
    assert workers.log.keys["drive"][0].tried_before is False


@pytest.mark.parametrize("step", ["load", "check", "note", "park", "wash"])
def test_a_worker_killed_in_a_step_of_ours_leaves_nothing_doubled(workers: Workers, step: str) -> None:
    workers.log.script(step, Killed())
    run_id = workers.begin("tour.begun")
    with pytest.raises(Killed):
        workers.work()
    assert workers.later(run_id).state == RunState.DONE
    assert [marks(f"tour.{name}") for name in ("loaded", "checked", "driven", "noted", "parked", "washed")] == [1] * 6


def test_nothing_of_a_stride_is_seen_where_its_worker_died(workers: Workers) -> None:
    workers.log.script("check", Killed())
    run_id = workers.begin("tour.begun")
    with pytest.raises(Killed):
        workers.work()
    assert (marks("tour.loaded"), steps(run_id), ProcessRun.objects.get(id=run_id).step) == (0, {}, "load")


def test_a_call_whose_answer_died_with_its_stride_is_looked_up(workers: Workers) -> None:
    workers.log.script("note", Killed())
    run_id = workers.begin("tour.begun")
    with pytest.raises(Killed):
        workers.work()
    workers.later(run_id)
    assert [key.tried_before for key in workers.log.keys["drive"]] == [False, True]


def test_where_a_worker_died_each_step_has_a_commit_of_its_own(workers: Workers, strides: Strides) -> None:
    workers.log.script("check", Killed())
    run_id = workers.begin("tour.begun")
    with pytest.raises(Killed):
        workers.work()
    workers.later(run_id)
    assert all(len(through) + bool(call) == 1 for through, call in strides)


def test_a_deadly_step_is_found_under_its_own_name(workers: Workers) -> None:
    workers.log.script("check", *[Killed() for _ in range(9)])
    run_id = workers.begin("tour.begun")
    for _ in range(6):
        with suppress(Killed):
            workers.work()
            workers.later(run_id)
    run = ProcessRun.objects.get(id=run_id)
    assert (run.state, run.step, marks("tour.loaded")) == (RunState.PARKED, "check", 1)
    assert "step check ended 3 workers" in open_cases()[0].title


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (ZeroDivisionError("oops"), "technical"),
        (NeedsPerson("no such place", proposal="add it", kind="business"), "business"),
    ],
)
def test_a_step_that_fails_in_the_middle_parks_alone(workers: Workers, trouble: Exception, kind: str) -> None:
    workers.log.script("check", trouble, trouble)
    run = workers.go(workers.begin("tour.begun"))
    assert (run.state, run.step, steps(run.id)) == (RunState.PARKED, "check", {"load": "done", "check": "parked"})
    assert (marks("tour.loaded"), marks("tour.checked"), [case.kind for case in open_cases()]) == (1, 0, [kind])


def test_a_failure_of_the_moment_in_the_middle_stops_nothing(workers: Workers) -> None:
    workers.log.script("check", ZeroDivisionError("once"))
    run = workers.go(workers.begin("tour.begun"))
    assert (run.state, marks("tour.loaded"), open_cases()) == (RunState.DONE, 1, [])


def test_a_first_step_that_fails_is_not_carried_out_twice(workers: Workers) -> None:
    workers.log.script("load", NeedsPerson("no such place", proposal="add it"))
    run = workers.go(workers.begin("tour.begun"))
    assert (run.state, workers.log.calls) == (RunState.PARKED, ["load"])


def test_a_no_in_the_middle_takes_back_what_was_done(workers: Workers) -> None:
    workers.log.script("file_away", Rejected("sold out"), Rejected("sold out"))
    run = workers.go(workers.begin())
    assert (run.state, run.facts["refused_step"]) == (RunState.UNDONE, "file_away")
    assert workers.log.calls[-3:] == ["credit", "call_back", "unpack"]


def test_what_a_call_brought_stays_when_the_step_behind_it_fails(workers: Workers) -> None:
    workers.log.script("note", ZeroDivisionError("oops"), ZeroDivisionError("oops"))
    run = workers.go(workers.begin("tour.begun"))
    assert (run.state, run.step, run.facts["drive_ref"]) == (RunState.PARKED, "note", "D-1")
    assert (marks("tour.driven"), steps(run.id)["drive"], workers.log.calls.count("drive")) == (1, "done", 1)


def test_so_does_what_a_call_brought_that_writes_nothing_else(workers: Workers) -> None:
    workers.log.script("drive", lambda _: Done(drive_ref="D-1"))
    workers.log.script("note", ZeroDivisionError("oops"), ZeroDivisionError("oops"))
    run = workers.go(workers.begin("tour.begun"))
    assert (run.state, run.step, run.facts["drive_ref"]) == (RunState.PARKED, "note", "D-1")
    assert (steps(run.id)["drive"], workers.log.calls.count("drive")) == ("done", 1)


def test_a_call_whose_outcome_cannot_be_written_is_tried_again_under_its_own_name(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = step_log.move

    def locked_out(run: ProcessRun, **told: Any) -> Any:
        if [each.name for each in told["passed"]] == ["send"]:
            raise OperationalError("lock time-out")
        return move(run, **told)

    monkeypatch.setattr(step_log, "move", locked_out)
    run = workers.go(workers.begin())
    assert (run.state, run.step, steps(run.id)) == (RunState.RETRYING, "send", {"pack": "done", "send": "retrying"})


def test_a_wait_in_the_middle_keeps_what_was_done_before_it(workers: Workers) -> None:
    workers.log.script("check", lambda ctx: Wait(fact="errand.received", until=ctx.now + timedelta(hours=1)))
    run = workers.go(workers.begin("tour.begun"))
    assert (run.state, run.step, steps(run.id)) == (RunState.WAITING, "check", {"load": "done", "check": "waiting"})
    assert workers.later(run.id).state == RunState.DONE
    assert marks("tour.loaded") == 1


def test_what_a_step_kept_in_a_stride_that_was_taken_back_is_forgotten(workers: Workers) -> None:
    def keeps_and_fails(ctx: StepContext) -> Done:
        ctx.keep(looks=1)
        raise ZeroDivisionError

    def remembers(ctx: StepContext) -> Done:
        seen.append(ctx.facts)
        return Done()

    seen: list[dict[str, Any]] = []
    workers.log.script("check", keeps_and_fails, remembers)
    workers.go(workers.begin("tour.begun"))
    assert "looks" not in seen[0]


def test_a_worker_that_lost_its_run_in_a_stride_writes_nothing(workers: Workers) -> None:
    def overtaken(ctx: StepContext) -> Done:
        past = clock.now() - timedelta(seconds=1)
        ProcessRun.objects.filter(id=ctx.run_id).update(lease_until=past)
        assert lease.claim(ctx.run_id)
        return Done(late=True)

    workers.log.script("check", overtaken, overtaken)
    run_id = workers.begin("tour.begun")
    workers.work()
    assert "late" not in ProcessRun.objects.get(id=run_id).facts
    assert "check" not in steps(run_id)


@pytest.mark.parametrize("no", [Unavailable("refused"), OutcomeUnknown("cut")])
def test_a_call_that_failed_is_tried_again_without_the_steps_before_it(workers: Workers, no: Exception) -> None:
    workers.log.script("drive", no)
    run_id = workers.begin("tour.begun")
    workers.work()
    assert ProcessRun.objects.get(id=run_id).state == RunState.RETRYING
    assert workers.later(run_id).state == RunState.DONE
    assert [workers.log.calls.count(name) for name in ALL] == [1, 1, 2, 1, 1, 1]
