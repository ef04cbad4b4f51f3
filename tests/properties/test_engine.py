"""However steps fail, and whenever workers die: a run ends done, undone or parked; no local step happens twice."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from process_apis.cases.models import Case
from process_apis.engine import sweeper
from process_apis.engine.models import FINISHED, ProcessRun, RunState
from process_apis.engine.process import NeedsPerson
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, Unavailable
from tests.engine import Workers, employ


class Killed(BaseException):
    """kill -9."""


FAULTS: dict[str, Callable[[], BaseException]] = {
    "killed": Killed,
    "unknown": lambda: OutcomeUnknown("cut"),
    "away": lambda: Unavailable("away", retry_after_s=1),
    "refused": lambda: Refused("no"),
    "broken": lambda: ContractBroken("?"),
    "ask": lambda: NeedsPerson("?", proposal="!"),
    "bug": lambda: ZeroDivisionError("bug"),
}
STEPS = ["pack", "send", "bill", "await_receipt", "file_away", "credit", "call_back", "unpack"]
plans = st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(sorted(FAULTS))), max_size=8)


class EngineTest(TestCase):
    @given(plan=plans)
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    def test_every_run_comes_to_an_end_that_somebody_sees(self, plan: list[tuple[str, str]]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            workers = employ(patch)
            for step, fault in plan:
                workers.log.script(step, FAULTS[fault]())
            run = _drive(workers)
        done = Counter(Fact.objects.values_list("name", flat=True))
        open_cases = Case.objects.filter(state="open").count()
        assert run.state in (*FINISHED, RunState.PARKED)
        assert open_cases == (1 if run.state == RunState.PARKED else 0)
        assert all(done[name] <= 1 for name in ("errand.packed", "errand.unpacked", "errand.filed"))
        if run.state == RunState.DONE:
            assert (done["errand.packed"], done["errand.filed"], done["errand.unpacked"]) == (1, 1, 0)
        if run.state == RunState.UNDONE:
            assert done["errand.packed"] == done["errand.unpacked"]
        for keys in workers.log.keys.values():
            assert len({key.value for key in keys}) == 1

    @given(plan=plans)
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def test_so_does_every_run_of_those_that_share_their_messages(self, plan: list[tuple[str, str]]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            workers = employ(patch)
            for step, fault in plan:
                workers.log.script(step, FAULTS[fault]())
            runs = _drive_together(workers, 3)
        done = Counter(Fact.objects.values_list("name", "aggregate"))
        parked = {run.id for run in runs if run.state == RunState.PARKED}
        assert all(run.state in (*FINISHED, RunState.PARKED) for run in runs)
        assert sorted(Case.objects.filter(state="open").values_list("run_id", flat=True)) == sorted(parked)
        assert all(times == 1 for times in done.values())
        for run in runs:
            packed, filed, unpacked = (
                done[f"errand.{name}", f"errand:{run.subject}"] for name in ("packed", "filed", "unpacked")
            )
            assert run.state != RunState.DONE or (packed, filed, unpacked) == (1, 1, 0)
            assert run.state != RunState.UNDONE or packed == unpacked
        for keys in workers.log.keys.values():
            assert len({key.value for key in keys}) <= len(runs)


def _drive_together(workers: Workers, many: int) -> list[ProcessRun]:
    for number in range(many):
        workers.begin(subject=f"E-{number}")
    for _ in range(40):
        _survive(workers.work_together)
        moving = [run.id for run in ProcessRun.objects.all() if run.next_wake_at is not None]
        if not moving:
            return list(ProcessRun.objects.all())
        past = clock.now() - timedelta(seconds=1)
        ProcessRun.objects.filter(id__in=moving).update(next_wake_at=past, lease_until=past)
        sweeper.sweep()
    raise AssertionError(f"runs do not end: {list(ProcessRun.objects.values_list('state', 'step'))}")


def _drive(workers: Workers) -> ProcessRun:
    run_id = workers.begin()
    for _ in range(40):
        _survive(workers.work)
        run = ProcessRun.objects.get(id=run_id)
        if run.next_wake_at is None:
            return run
        _survive(lambda: workers.later(run_id))
    raise AssertionError(f"the run does not end: {run.state} at {run.step}")


def _survive(work: Callable[[], Any]) -> None:
    with suppress(Killed):  # the sweeper finds the run
        work()
