"""How a step may end, and where the run stands afterwards. Only this file knows what each fault leads to."""

import random
import traceback
from typing import Any

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine import lease, paces, step_log
from process_apis.engine.models import Direction, ProcessRun, RunState, RunStep, StepState
from process_apis.engine.process import NeedsPerson, Process, Rejected, Step
from retail_platform.kernel.problem import DomainError
from system_apis.errors import (
    ContractBroken,
    Incomplete,
    NotAllowed,
    NotAsked,
    OutcomeUnknown,
    Refused,
    SystemFault,
    Unavailable,
)
from system_apis.terms import CallKey

_MEND_WHAT_IS_MISSING = (
    "Do what stands behind each point, then resume the run: the same document is read again. Link identifiers under "
    "Integration, Crosswalk, or with manage.py link. What is mended on their side comes as a new document; once that "
    "is through, close this one by taking the run back (compensate)."
)
log = structlog.get_logger(__name__)
RETRY_BASE_S, RETRY_CAP_S = 1.0, 30.0  # the breaker spares a vendor that is down; who waited longest goes first
_PASSING = {"40001", "40P01", "55P03"}  # serialization, deadlock, lock time-out: the same again is the answer
_PASSING_CLASSES = {"08", "53", "57"}  # connection, resources, operator intervention


def undone(run: ProcessRun, process: Process, *, facts: dict[str, Any], key: CallKey, counts: bool) -> bool:
    """Write that an undo is through, and move on to the one before it. True while there is one."""
    run.facts = {**run.facts, **facts}
    step_log.record(run, state=StepState.DONE, key=key, counts=counts, result=facts)
    run.step = next_undo(run, process)
    if run.step:
        lease.write(run, step=run.step, facts=run.facts, claims=1, error="", waiting_for="")
        return True
    finish(run, state=RunState.UNDONE)
    return False


def finish(run: ProcessRun, *, state: RunState) -> None:
    """The run is over."""
    run.state = state
    lease.write(
        run, state=state, facts=run.facts, finished_at=Now(), next_wake_at=None, lease_until=None, claims=0,
        waiting_for="",
    )  # fmt: skip


def following(run: ProcessRun, process: Process) -> str:
    """The step after the one a run stands at, in the direction it goes; "" at the end."""
    if run.direction == Direction.UNDOING:
        return next_undo(run, process)
    later = process.steps[(process.position(run.step) or 0) + 1 :]
    return later[0].name if later else ""


def next_undo(run: ProcessRun, process: Process) -> str:
    """The undo of the latest step that was begun and is not yet undone; "" when nothing is left to take back.

    A step that was refused or parked counts too: it may have made some of its calls, and an order that was never
    accepted is still to be rejected. So an undo finds out what there is, and is content with nothing.
    """
    begun = (StepState.DONE, StepState.REFUSED, StepState.PARKED)
    states = dict(RunStep.objects.filter(run_id=run.id).values_list("name", "state"))
    for step in reversed(process.steps):
        did_something = states.get(step.name) in begun
        if step.undo and did_something and states.get(step.undo_name) not in (StepState.DONE, StepState.SKIPPED):
            return step.undo_name
    return ""


def after_failure(run: ProcessRun, process: Process, step: Step, *, error: Exception, key: CallKey) -> bool:
    """Decide what a failed attempt leads to, and write it. True if the run goes on at once (it turned to undoing)."""
    if isinstance(error, OperationalError | InterfaceError | DatabaseError) and _passing(error):
        return _try_again(run, process, step, error=error, key=key, maybe_sent=step.remote)
    match error:
        case Unavailable():
            maybe_sent = step.remote and key.tried_before
            return _try_again(
                run, process, step, error=error, key=key, maybe_sent=maybe_sent, after_s=error.retry_after_s
            )
        case OutcomeUnknown() | SoftTimeLimitExceeded():
            return _try_again(run, process, step, error=error, key=key, maybe_sent=step.remote)
        case NotAllowed():
            proposal = "Renew the credentials of the connection (manage.py connect), then resume the run."
            return _park(run, kind=CaseKind.TECHNICAL, error=error, key=key, proposal=proposal)
        case Refused() | Rejected() if run.direction == Direction.FORWARD and process.on_refusal == "undo":
            return _turn_back(run, process, error=error, key=key)
        case Refused() | Rejected():
            proposal = "See what the other system says, mend it there or here, then resume the run."
            return _park(run, kind=CaseKind.BUSINESS, error=error, key=key, proposal=proposal)
        case Incomplete():
            return _park(run, kind=CaseKind.MAPPING, error=error, key=key, proposal=_MEND_WHAT_IS_MISSING)
        case ContractBroken():
            proposal = "Compare the kept answer with the vendor's documentation; mend the mapping, then resume the run."
            return _park(run, kind=CaseKind.CONTRACT, error=error, key=key, proposal=proposal)
        case DomainError():
            proposal = "Mend what it names, then resume the run."
            return _park(run, kind=CaseKind.MAPPING, error=error, key=key, proposal=proposal)
        case NeedsPerson():
            return _park(run, kind=CaseKind(error.kind), error=error, key=key, proposal=error.proposal)
    proposal = f"A defect in this step. The trace is in the detail, correlation id {run.correlation_id}. Mend, resume."
    return _park(run, kind=CaseKind.TECHNICAL, error=error, key=key, proposal=proposal, trace=True)


def _passing(error: Exception) -> bool:
    """Is this a trouble of the moment (a lock, a lost connection), not of the statement?"""
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return state in _PASSING or state[:2] in _PASSING_CLASSES


def _try_again(
    run: ProcessRun,
    process: Process,
    step: Step,
    *,
    error: Exception,
    key: CallKey,
    maybe_sent: bool,
    after_s: float | None = None,
) -> bool:
    """Full jitter, doubling, bounded by the journey's budget; then a person is asked.

    The hours of an outage are no part of the budget: nobody need resume a thousand orders once the vendor is back.
    """
    with transaction.atomic():
        recorded = step_log.record(
            run,
            state=StepState.RETRYING,
            key=key,
            counts=not step.remote,
            error=_said(error),
            maybe_sent=maybe_sent,
            anew=isinstance(error, NotAsked),
        )
        if recorded.age_s > process.budget_s:
            proposal = (
                f"{process.budget_s // 60} minutes were not enough. See whether the other side is back, then resume."
            )
            return _park(run, kind=CaseKind.TECHNICAL, error=error, key=key, proposal=proposal)
        delay = random.uniform(0.1, min(RETRY_CAP_S, RETRY_BASE_S * 2 ** min(recorded.attempts, 12)))  # noqa: S311
        waiting_for = ""
        if isinstance(error, NotAsked):  # the sweeper sees to it that not all come at once
            delay, waiting_for = after_s or 1.0, paces.mark(error.connection)
        elif after_s:
            delay = after_s + random.uniform(0, min(1.0, after_s))  # noqa: S311
        lease.write(
            run, state=RunState.RETRYING, next_wake_at=lease.in_seconds(delay), lease_until=None, claims=0,
            waiting_for=waiting_for, error=_said(error),
        )  # fmt: skip
    log.info("step will be tried again", run=str(run.id), step=run.step, in_s=round(delay, 1), error=_said(error))
    return False


def _turn_back(run: ProcessRun, process: Process, *, error: Exception, key: CallKey) -> bool:
    with transaction.atomic():
        step_log.record(run, state=StepState.REFUSED, key=key, counts=False, error=_said(error))
        run.direction, run.error = Direction.UNDOING, _said(error)
        run.facts = {**run.facts, "refused_step": run.step, "refused_because": _said(error)}
        run.step = next_undo(run, process)
        if not run.step:
            lease.write(run, direction=run.direction, error=run.error)
            finish(run, state=RunState.UNDONE)
            return False
        lease.write(run, direction=run.direction, step=run.step, facts=run.facts, error=run.error, claims=1)
    return True


def _park(
    run: ProcessRun, *, kind: CaseKind, error: Exception, key: CallKey, proposal: str, trace: bool = False
) -> bool:
    evidence = getattr(error, "evidence", "")
    detail = "".join(traceback.format_exception(error)) if trace else "\n\n".join(filter(None, [str(error), evidence]))
    title = f"{run.process} {run.subject}: {_said(error)}"
    if isinstance(error, Incomplete):
        count = f"{len(error.missing)} to mend, first " if len(error.missing) > 1 else ""
        title = f"{error.what} cannot be taken in: {count}{error.missing[0]}"
        detail = "\n".join(error.missing)
    with transaction.atomic():
        step_log.record(
            run, state=StepState.PARKED, key=key, counts=False, error=_said(error),
            maybe_sent=key.tried_before or not isinstance(error, Refused | Rejected | NeedsPerson),
        )  # fmt: skip
        park(run, kind=kind, title=title, detail=detail, proposal=proposal)
    if trace:
        log.error("step failed unforeseen; run parked", run=str(run.id), step=run.step, exc_info=error)
    return False


def park(run: ProcessRun, *, kind: CaseKind, title: str, detail: str, proposal: str) -> None:
    """Stop a run until a person acts, with exactly one open case."""
    with transaction.atomic():
        run.state = RunState.PARKED
        lease.write(run, state=RunState.PARKED, next_wake_at=None, lease_until=None, claims=0, error=title[:2000])
        cases.open_case(
            kind=kind, fingerprint=f"run:{run.id}", subject=run.subject, run_id=run.id, title=title, detail=detail,
            proposal=proposal,
        )  # fmt: skip


def park_unknown(run: ProcessRun) -> None:
    """A step or journey this release does not know: made by a newer one, or renamed."""
    park(
        run,
        kind=CaseKind.TECHNICAL,
        title=f"{run.process} {run.subject}: this release knows no step {run.step!r}",
        detail="Step names are public: they are never renamed while runs may stand at them.",
        proposal="Deploy the release that knows the step, then resume the run.",
    )


def park_deadly(run: ProcessRun, *, claims: int) -> None:
    """A step that took its worker down every time it was tried."""
    park(
        run,
        kind=CaseKind.TECHNICAL,
        title=f"{run.process} {run.subject}: step {run.step} ended {claims} workers in a row",
        detail="Each attempt was counted before it began and none reported back: killed, out of memory, or frozen.",
        proposal="Look at the workers' logs for this correlation id. Resume when the cause is gone.",
    )


def _said(error: Exception) -> str:
    text = (
        str(error)
        if isinstance(error, SystemFault | Rejected | NeedsPerson | DomainError)
        else f"{type(error).__name__}: {error}"
    )
    return " ".join(text.split())[:500]
