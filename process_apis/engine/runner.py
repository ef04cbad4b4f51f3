"""Advance a run: carry out its ready steps, stride by stride; stop at a wait, a retry, a park or another queue."""

from dataclasses import replace
from uuid import UUID

import structlog
from django.db import transaction

from process_apis.engine import endings, lease, registry, step_log, wake
from process_apis.engine.context import context_of, key_at
from process_apis.engine.models import Direction, ProcessRun
from process_apis.engine.process import Outcome, Process, Step, StepFunction, Wait
from process_apis.engine.stride import Stand, Stride, wait
from retail_platform.kernel import correlation, holding
from system_apis.terms import CallKey

log = structlog.get_logger(__name__)
DEADLY_CLAIMS = 3


def advance(*, run_id: UUID, queue: str) -> bool:
    """Carry out one link of a run: its ready steps on `queue`. Returns whether the next link has something to do.

    A wake-up that is stale or comes twice finds nothing to claim, changes nothing and answers False.
    """
    run = lease.claim(run_id)
    return run is not None and carry(run, queue=queue)


def carry(run: ProcessRun, *, queue: str) -> bool:
    """The same for a run that was just claimed."""
    with correlation.use(run.correlation_id):
        try:
            return _link(run, queue=queue)
        except lease.LostLease:
            log.warning("lease lost; another worker has the run", run=str(run.id))
            return False


def _link(run: ProcessRun, *, queue: str) -> bool:
    process = registry.processes().get(run.process)
    if process is None or process.position(run.step) is None:
        endings.park_unknown(run)
        return False
    if run.claims > DEADLY_CLAIMS:
        endings.park_deadly(run, claims=run.claims - 1)
        return False
    call, sharing = None, run.claims == 1
    for _ in range(2 * len(process.steps) + 2):
        step = process.at(run.step)
        if step.queue != queue:
            return _hand_over(run, process)
        stand = _carry_out(run, process, step, call=call, sharing=sharing)
        if not stand.held:
            return stand.goes_on
        call, sharing = stand.call, sharing and not stand.apart
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


def _carry_out(run: ProcessRun, process: Process, step: Step, *, call: CallKey | None, sharing: bool) -> Stand:
    """One attempt of the step the run stands at, with what shares its commit. `call`: it is counted already."""
    key, kept = call or key_at(run), list[str]()
    try:
        if step.remote and not call:
            key = step_log.begin(run, key=key)
        if run.direction == Direction.UNDOING:
            return _undo(run, process, step, key=key, kept=kept)
        stride = Stride(run, process, step.queue, sharing)
        if not step.remote:
            return stride.own()
        return stride.after_call(step, _call(run, step.do, key=key, kept=kept), key=key)
    except lease.LostLease:
        raise
    except Exception as error:
        if kept:  # some of the step's calls were made, whatever became of the last one
            key = replace(key, tried_before=True)
        return Stand(held=endings.after_failure(run, process, step, error=error, key=key))


def _call(run: ProcessRun, function: StepFunction, *, key: CallKey, kept: list[str]) -> Outcome:
    """Carry out a remote step: with no transaction open, its attempt committed before."""
    with holding.use(lease.keeper(run)):
        return function(context_of(run, key=key, kept=kept))


def _undo(run: ProcessRun, process: Process, step: Step, *, key: CallKey, kept: list[str]) -> Stand:
    """One attempt of an undo. They share no commits: what is taken back is taken back one by one."""
    function = step.undo or step.do
    if step.remote:
        outcome = _call(run, function, key=key, kept=kept)
    with transaction.atomic():
        if not step.remote:
            outcome = function(context_of(run, key=key, kept=kept))
        if isinstance(outcome, Wait):
            return wait(run, outcome, key=key, counts=not step.remote)
        for write in outcome.then:
            write()
        return Stand(endings.undone(run, process, facts=outcome.facts, key=key, counts=not step.remote))
