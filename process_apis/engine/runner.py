"""Advance a run: carry out its ready steps, commit each, stop at a wait, a retry, a park or another queue."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from process_apis.engine import endings, lease, registry, step_log, wake
from process_apis.engine.models import Direction, ProcessRun, StepState
from process_apis.engine.process import Outcome, Process, Step, StepContext, StepFunction, Wait, key_of
from retail_platform.kernel import clock, correlation, holding
from system_apis.terms import CallKey

log = structlog.get_logger(__name__)
DEADLY_CLAIMS = 3


def advance(*, run_id: UUID, queue: str) -> bool:
    """Carry out one link of a run: its ready steps on `queue`. Returns whether the next link has something to do.

    A wake-up that is stale or comes twice finds nothing to claim, changes nothing and answers False.
    """
    run = lease.claim(run_id)
    if run is None:
        return False
    with correlation.use(run.correlation_id):
        try:
            return _stretch(run, queue=queue)
        except lease.LostLease:
            log.warning("lease lost; another worker has the run", run=str(run_id))
            return False


def _stretch(run: ProcessRun, *, queue: str) -> bool:
    process = registry.processes().get(run.process)
    if process is None or process.position(run.step) is None:
        endings.park_unknown(run)
        return False
    if run.claims > DEADLY_CLAIMS:
        endings.park_deadly(run, claims=run.claims - 1)
        return False
    for _ in range(2 * len(process.steps) + 2):
        step = process.steps[process.position(run.step) or 0]
        if step.queue != queue:
            return _hand_over(run, process)
        if not _carry_out(run, process, step):
            return False
    _hand_over(run, process)
    wake.ring(run_id=run.id, queues=[queue], correlation_id=run.correlation_id)
    return False


def _hand_over(run: ProcessRun, process: Process) -> bool:
    """The run goes on, on another queue: by the next link of its chain, or by a new one while it is being undone."""
    lease.release(run)
    if run.direction == Direction.UNDOING:
        wake.ring(run_id=run.id, queues=process.links(run.step), correlation_id=run.correlation_id)
        return False
    return True


def _carry_out(run: ProcessRun, process: Process, step: Step) -> bool:
    """One attempt of the step the run stands at. True if the run has moved on and is still ours."""
    undoing = run.direction == Direction.UNDOING
    function = step.undo if undoing and step.undo else step.do
    key = CallKey(key_of(process=run.process, subject=run.subject, step=run.step, generation=run.generation))
    kept: list[str] = []
    try:
        if step.remote:
            key = step_log.begin(run, key=key)  # committed before anything is sent
            return _remote(run, process, function, key, kept)
        return _local(run, process, function, key, kept)
    except lease.LostLease:
        raise
    except Exception as error:
        if kept:  # some of the step's calls were made, whatever became of the last one
            key = replace(key, tried_before=True)
        return endings.after_failure(run, process, step, error=error, key=key)


def _local(run: ProcessRun, process: Process, function: StepFunction, key: CallKey, kept: list[str]) -> bool:
    """Our own rows only: the effect and its record are one commit, so the step happens exactly once."""
    with transaction.atomic():
        outcome = function(_context(run, key, kept))
        return _settle(run, process, outcome, key=key, counts=True)


def _remote(run: ProcessRun, process: Process, function: StepFunction, key: CallKey, kept: list[str]) -> bool:
    """Call with no transaction open; then record what came of it, with our own rows, in one commit."""
    with holding.use(lease.keeper(run)):
        outcome = function(_context(run, key, kept))
    with transaction.atomic():
        return _settle(run, process, outcome, key=key, counts=False)


def _settle(run: ProcessRun, process: Process, outcome: Outcome, *, key: CallKey, counts: bool) -> bool:
    if isinstance(outcome, Wait):
        step_log.record(run, state=StepState.WAITING, key=key, counts=counts)
        return not lease.wait(run, fact=outcome.fact, until=outcome.until)
    for write in outcome.then:
        write()
    return endings.step_on(run, process, facts=outcome.facts, key=key, counts=counts)


def _context(run: ProcessRun, key: CallKey, kept: list[str]) -> StepContext:
    def keep(**facts: Any) -> None:
        kept.extend(facts)
        run.facts = {**run.facts, **facts}
        lease.write(run, facts=run.facts)

    return StepContext(
        run_id=run.id,
        process=run.process,
        subject=run.subject,
        facts=run.facts,
        key=key,
        now=clock.now(),
        correlation_id=run.correlation_id,
        keep=keep,
    )
