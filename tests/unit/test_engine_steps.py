"""What becomes of a run when a step succeeds, fails, or dies in the middle."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from process_apis.engine import runner, step_log
from process_apis.engine.models import ProcessRun, RunState, RunStep
from process_apis.engine.process import Done, NeedsPerson, Rejected, StepContext
from retail_platform.kernel import clock
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, Unavailable
from tests.engine import Workers, marks, open_cases, steps
from tests.errand import await_receipt_for

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What a worker sees of kill -9: nothing after this line happens."""


def test_a_journey_runs_to_its_end(workers: Workers) -> None:
    run = workers.go(workers.begin())
    assert (run.state, run.next_wake_at, run.lease_until) == (RunState.DONE, None, None)
    assert workers.log.calls == ["pack", "send", "bill", "await_receipt", "file_away"]


def test_facts_of_a_step_reach_the_later_ones(workers: Workers) -> None:
    seen: list[dict[str, Any]] = []

    def look(ctx: StepContext) -> Done:
        seen.append(ctx.facts)
        return Done()

    workers.log.script("bill", look)
    workers.go(workers.begin())
    assert seen[0]["send_ref"].startswith("T-")


def test_a_link_ends_where_another_queue_begins(workers: Workers) -> None:
    run_id = workers.begin()
    assert runner.advance(run_id=run_id, queue="fulfilment")
    run = ProcessRun.objects.get(id=run_id)
    assert (run.step, run.state, run.claims) == ("bill", RunState.READY, 0)


def test_a_local_step_killed_before_its_record_happens_once(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = workers.begin()
    with monkeypatch.context() as patch:
        patch.setattr(step_log, "move", _die)
        with pytest.raises(Killed):
            workers.work()
    assert marks("errand.packed") == 0
    assert workers.later(run_id).state == RunState.DONE
    assert marks("errand.packed") == 1


def test_a_remote_step_killed_after_its_call_comes_back_with_the_same_key_and_knows(workers: Workers) -> None:
    workers.log.script("send", Killed())
    run_id = workers.begin()
    with pytest.raises(Killed):
        workers.work()
    workers.later(run_id)
    first, second = workers.log.keys["send"]
    assert (first.value, first.tried_before) == (second.value, False)
    assert second.tried_before
    assert second.last_tried_at is not None


def test_an_unknown_outcome_makes_the_next_attempt_look_first(workers: Workers) -> None:
    workers.log.script("send", OutcomeUnknown("cut"))
    run_id = workers.begin()
    workers.work()
    assert workers.later(run_id).state == RunState.DONE
    assert [key.tried_before for key in workers.log.keys["send"]] == [False, True]


def test_a_vendor_that_took_nothing_is_asked_again_without_looking(workers: Workers) -> None:
    workers.log.script("send", Unavailable("refused"))
    run_id = workers.begin()
    workers.work()
    workers.later(run_id)
    assert [key.tried_before for key in workers.log.keys["send"]] == [False, False]


def test_an_outcome_once_unknown_stays_so_until_it_is_known(workers: Workers) -> None:
    workers.log.script("send", OutcomeUnknown("cut"), Unavailable("refused"))
    run_id = workers.begin()
    workers.work()
    workers.later(run_id)
    workers.later(run_id)
    assert [key.tried_before for key in workers.log.keys["send"]] == [False, True, True]


def test_a_step_of_several_calls_looks_first_once_one_of_them_was_made(workers: Workers) -> None:
    def one_of_two(ctx: StepContext) -> Done:
        ctx.keep(release_north="R-1")
        raise Unavailable("the second refused the connection")

    workers.log.script("send", one_of_two)
    run_id = workers.begin()
    workers.work()
    run = workers.later(run_id)
    assert [key.tried_before for key in workers.log.keys["send"]] == [False, True]
    assert run.facts["release_north"] == "R-1"


def test_retry_after_is_honoured(workers: Workers) -> None:
    workers.log.script("send", Unavailable("busy", retry_after_s=40))
    run_id = workers.begin()
    before = clock.now()
    workers.work()
    run = ProcessRun.objects.get(id=run_id)
    assert run.state == RunState.RETRYING
    assert run.next_wake_at is not None
    assert timedelta(seconds=40) <= run.next_wake_at - before <= timedelta(seconds=43)


def test_a_vendor_that_is_away_for_long_is_not_taken_for_a_deadly_step(workers: Workers) -> None:
    workers.log.script("send", *[Unavailable("refused") for _ in range(6)])
    run_id = workers.begin()
    workers.work()
    for _ in range(6):
        run = workers.later(run_id)
    assert run.state == RunState.DONE


def test_a_step_that_used_up_its_budget_parks(workers: Workers) -> None:
    workers.log.script("send", Unavailable("refused"), Unavailable("refused"))
    run_id = workers.begin()
    workers.work()
    RunStep.objects.filter(name="send").update(started_at=clock.now() - timedelta(seconds=61))
    run = workers.later(run_id)
    assert (run.state, run.next_wake_at) == (RunState.PARKED, None)
    assert [case.run_id for case in open_cases()] == [run_id]


def test_time_spent_waiting_is_not_taken_from_the_budget(workers: Workers) -> None:
    workers.log.script("await_receipt", await_receipt_for, OperationalError("the database went away"))
    run_id = workers.begin()
    workers.work()
    RunStep.objects.filter(name="await_receipt").update(started_at=clock.now() - timedelta(days=2))
    assert workers.later(run_id).state == RunState.RETRYING


@pytest.mark.parametrize("no", [Refused("declined"), Rejected("sold out")])
def test_a_no_takes_back_what_was_done_from_the_last_to_the_first(workers: Workers, no: Exception) -> None:
    workers.log.script("await_receipt", no)
    run = workers.go(workers.begin())
    assert run.state == RunState.UNDONE
    assert workers.log.calls[-3:] == ["credit", "call_back", "unpack"]
    assert (run.facts["refused_step"], open_cases()) == ("await_receipt", [])


def test_a_refused_step_of_several_calls_is_undone_too(workers: Workers) -> None:
    workers.log.script("bill", Refused("half of it declined"))
    workers.go(workers.begin())
    assert "credit" in workers.log.calls


def test_a_no_after_goods_have_left_asks_a_person(workers: Workers) -> None:
    workers.log.script("hand_over_goods", Refused("period closed"))
    run_id = workers.begin("delivery.begun")
    workers.work()
    assert ProcessRun.objects.get(id=run_id).state == RunState.PARKED
    assert [case.kind for case in open_cases()] == ["business"]


def test_an_undo_that_is_refused_parks(workers: Workers) -> None:
    workers.log.script("await_receipt", Refused("no"))
    workers.log.script("call_back", Refused("too late"))
    run = workers.go(workers.begin())
    assert (run.state, run.step, run.direction) == (RunState.PARKED, "call_back", "undoing")
    assert "unpack" not in workers.log.calls


def test_a_missing_mapping_parks_with_one_open_case_that_says_what_would_help(workers: Workers) -> None:
    workers.log.script("send", NeedsPerson("no such place", proposal="add the place"))
    run = workers.go(workers.begin())
    (case,) = open_cases()
    assert (run.state, case.run_id, case.proposal, case.kind) == (RunState.PARKED, run.id, "add the place", "mapping")


def test_a_broken_contract_keeps_the_answer_as_evidence(workers: Workers) -> None:
    workers.log.script("send", ContractBroken("no id in it", evidence='{"unexpected": true}'))
    workers.go(workers.begin())
    (case,) = open_cases()
    assert case.kind == "contract"
    assert '{"unexpected": true}' in case.detail


def test_a_defect_parks_with_its_trace(workers: Workers) -> None:
    workers.log.script("pack", ZeroDivisionError("oops"))
    run = workers.go(workers.begin())
    (case,) = open_cases()
    assert (run.state, case.kind) == (RunState.PARKED, "technical")
    assert "Traceback" in case.detail


def test_a_lost_database_connection_is_tried_again(workers: Workers) -> None:
    workers.log.script("pack", OperationalError("server closed the connection"))
    run_id = workers.begin()
    workers.work()
    assert ProcessRun.objects.get(id=run_id).state == RunState.RETRYING
    assert workers.later(run_id).state == RunState.DONE


def test_each_step_shows_how_it_went(workers: Workers) -> None:
    workers.log.script("send", OutcomeUnknown("cut"))
    run_id = workers.begin()
    workers.work()
    workers.later(run_id)
    sent = RunStep.objects.get(run_id=run_id, name="send")
    assert (sent.state, sent.attempts, sent.maybe_sent, sent.error) == ("done", 2, False, "")
    assert set(steps(run_id).values()) == {"done"}


def _die(*_: object, **__: object) -> None:
    raise Killed
