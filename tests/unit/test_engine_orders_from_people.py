"""What a person may tell a parked run, and what comes of it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from process_apis.cases.models import Case
from process_apis.engine import services
from process_apis.engine.models import ProcessRun, RunState
from process_apis.engine.process import NeedsPerson
from retail_platform.kernel import clock
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused
from tests.engine import Workers, marks, open_cases, steps

pytestmark = pytest.mark.django_db
TOLD = {"by": "ada", "reason": "seen to it"}
ASK = NeedsPerson("no such place", proposal="add it")


def parked(workers: Workers, step: str, error: Exception = ASK) -> UUID:
    """A run that stopped at a step."""
    workers.log.script(step, error)
    run = workers.go(workers.begin())
    assert run.state == RunState.PARKED
    return run.id


def parked_in_undo(workers: Workers, step: str) -> UUID:
    """A run that was refused late and stopped while it was being taken back."""
    workers.log.script("await_receipt", Refused("no"))
    return parked(workers, step, Refused("too late"))


def test_a_resumed_run_goes_on_to_its_end_and_closes_its_case(workers: Workers) -> None:
    run_id = parked(workers, "send")
    services.resume(run_id=run_id, now=clock.now(), **TOLD)
    assert workers.go(run_id).state == RunState.DONE
    case = Case.objects.get()
    assert (case.state, case.resolved_by, "seen to it" in case.resolution) == ("resolved", "ada", True)


def test_a_resumed_step_keeps_its_key(workers: Workers) -> None:
    run_id = parked(workers, "send")
    services.resume(run_id=run_id, now=clock.now(), **TOLD)
    workers.go(run_id)
    first, second = workers.log.keys["send"]
    assert (first.value, second.tried_before) == (second.value, False)


def test_a_step_parked_with_an_unknown_outcome_looks_first_when_resumed(workers: Workers) -> None:
    run_id = parked(workers, "send", ContractBroken("what is this"))
    services.resume(run_id=run_id, now=clock.now(), **TOLD)
    workers.go(run_id)
    assert workers.log.keys["send"][1].tried_before


def test_a_run_that_parks_again_has_one_open_case_again(workers: Workers) -> None:
    run_id = parked(workers, "send")
    workers.log.script("send", ASK)
    services.resume(run_id=run_id, now=clock.now(), **TOLD)
    workers.go(run_id)
    assert [case.run_id for case in open_cases()] == [run_id]


def test_a_skipped_step_is_not_done_and_the_rest_is(workers: Workers) -> None:
    run_id = parked(workers, "send")
    services.skip(run_id=run_id, now=clock.now(), **TOLD)
    assert workers.go(run_id).state == RunState.DONE
    assert (steps(run_id)["send"], workers.log.calls.count("send")) == ("skipped", 1)


def test_skipping_the_last_step_ends_the_run(workers: Workers) -> None:
    workers.log.script("file_away", ASK)  # it is asked with the step before it, and then alone
    run_id = parked(workers, "file_away")
    services.skip(run_id=run_id, now=clock.now(), **TOLD)
    run = ProcessRun.objects.get(id=run_id)
    assert (run.state, run.finished_at is None, open_cases()) == (RunState.DONE, False, [])


def test_a_skipped_undo_does_not_leave_the_earlier_steps_standing(workers: Workers) -> None:
    run_id = parked_in_undo(workers, "call_back")
    services.skip(run_id=run_id, now=clock.now(), **TOLD)
    assert workers.go(run_id).state == RunState.UNDONE
    assert (marks("errand.unpacked"), workers.log.calls[-1]) == (1, "unpack")


def test_skipping_the_last_undo_ends_the_run_as_undone(workers: Workers) -> None:
    run_id = parked_in_undo(workers, "unpack")
    services.skip(run_id=run_id, now=clock.now(), **TOLD)
    assert ProcessRun.objects.get(id=run_id).state == RunState.UNDONE


def test_a_compensated_run_takes_back_what_it_did(workers: Workers) -> None:
    run_id = parked(workers, "await_receipt")
    services.compensate(run_id=run_id, now=clock.now(), **TOLD)
    assert workers.go(run_id).state == RunState.UNDONE
    assert workers.log.calls[-3:] == ["credit", "call_back", "unpack"]


def test_a_compensated_run_takes_back_a_parked_call_whose_outcome_nobody_knows(workers: Workers) -> None:
    run_id = parked(workers, "send", ContractBroken("what is this"))
    services.compensate(run_id=run_id, now=clock.now(), **TOLD)
    workers.go(run_id)
    assert workers.log.calls[-2:] == ["call_back", "unpack"]


def test_compensating_a_run_that_parked_at_its_first_step_still_undoes_that_step(workers: Workers) -> None:
    run_id = parked(workers, "pack")
    services.compensate(run_id=run_id, now=clock.now(), **TOLD)
    assert (workers.go(run_id).state, workers.log.calls[-1:], open_cases()) == (RunState.UNDONE, ["unpack"], [])


def test_sending_as_new_changes_the_key_and_forgets_the_old_attempt(workers: Workers) -> None:
    run_id = parked(workers, "send", ContractBroken("what is this"))
    services.send_as_new(run_id=run_id, now=clock.now(), **TOLD)
    workers.go(run_id)
    first, second = workers.log.keys["send"]
    assert (first.value != second.value, second.tried_before) == (True, False)


def test_an_undo_has_a_key_of_its_own(workers: Workers) -> None:
    workers.log.script("bill", Refused("no"))
    workers.go(workers.begin())
    assert workers.log.keys["send"][0].value != workers.log.keys["call_back"][0].value


@pytest.mark.parametrize("act", [services.resume, services.skip, services.compensate, services.send_as_new])
def test_only_a_parked_run_can_be_told(workers: Workers, act: Any) -> None:
    run = workers.go(workers.begin())
    with pytest.raises(services.NotParked):
        act(run_id=run.id, now=clock.now(), **TOLD)


@pytest.mark.parametrize("act", [services.resume, services.skip, services.compensate, services.send_as_new])
def test_an_unknown_run_is_not_found(act: Any) -> None:
    with pytest.raises(services.NoSuchRun):
        act(run_id=uuid4(), now=clock.now(), **TOLD)


def test_the_budget_of_a_resumed_step_begins_anew(workers: Workers) -> None:
    run_id = parked(workers, "send")
    workers.log.script("send", OutcomeUnknown("cut"))
    services.resume(run_id=run_id, now=clock.now(), **TOLD)
    assert workers.go(run_id).state == RunState.RETRYING
