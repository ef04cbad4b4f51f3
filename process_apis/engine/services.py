"""What a person may do with a parked run: resume, skip, take back, send as new. Each says who and why."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from process_apis.cases import services as cases
from process_apis.engine import endings, lease, registry, wake
from process_apis.engine.models import Direction, ProcessRun, RunState, RunStep, StepState
from process_apis.engine.process import Process
from process_apis.engine.queries import NoSuchRun
from retail_platform.kernel.problem import DomainError


class NotParked(DomainError):
    """Only a parked run can be told what to do; another one is moving, or over."""

    status = 409
    kind = "run-not-parked"
    title = "This run is not parked"


def resume(*, run_id: UUID, by: str, now: datetime, reason: str = "") -> None:
    """Try the step again where the run stopped. Raises NotParked."""
    with transaction.atomic():
        run, process = parked(run_id)
        _restart(run, process, by=by, resolution=f"resumed at {run.step}. {reason}".strip(), now=now)


def skip(*, run_id: UUID, by: str, reason: str, now: datetime) -> None:
    """Go on behind the step, since a person has done what it would do. Raises NotParked."""
    with transaction.atomic():
        run, process = parked(run_id)
        RunStep.objects.update_or_create(
            run=run,
            name=run.step,
            defaults={
                "state": StepState.SKIPPED, "direction": run.direction, "error": f"{by}: {reason}", "finished_at": now,
            },
        )  # fmt: skip
        skipped, run.step = run.step, endings.following(run, process)
        if run.step:
            _restart(run, process, by=by, resolution=f"skipped {skipped}. {reason}", now=now)
        else:
            _finish(run, by=by, resolution=f"skipped {skipped}. {reason}", now=now)


def compensate(*, run_id: UUID, by: str, reason: str, now: datetime) -> None:
    """Take back everything the run has done. Raises NotParked."""
    with transaction.atomic():
        run, process = parked(run_id)
        run.direction = Direction.UNDOING
        run.facts = {**run.facts, "refused_step": run.step, "refused_because": f"{by}: {reason}"}
        run.step = endings.following(run, process)
        if run.step:
            _restart(run, process, by=by, resolution=f"taken back. {reason}", now=now)
        else:
            _finish(run, by=by, resolution=f"nothing to take back. {reason}", now=now)


def send_as_new(*, run_id: UUID, by: str, reason: str, now: datetime) -> None:
    """Try the step again under a new key, since a person has made sure the old one did nothing. Raises NotParked."""
    with transaction.atomic():
        run, process = parked(run_id)
        RunStep.objects.filter(run=run, name=run.step).update(maybe_sent=False)
        run.generation += 1
        _restart(run, process, by=by, resolution=f"sent as new from {run.step}. {reason}", now=now)


def parked(run_id: UUID) -> tuple[ProcessRun, Process]:
    """A parked run, its row locked until the transaction ends. Raises NoSuchRun, NotParked."""
    run = ProcessRun.objects.select_for_update(no_key=True).filter(id=run_id).first()
    if run is None:
        raise NoSuchRun(f"there is no run {run_id}; take the id from the list of runs")
    if run.state != RunState.PARKED:
        raise NotParked(f"run {run_id} is {run.state}; only a parked run can be acted on")
    process = registry.processes().get(run.process)
    if process is None or process.position(run.step) is None:
        raise NotParked(f"this release does not know step {run.step!r} of {run.process!r}; deploy the one that does")
    return run, process


def _finish(run: ProcessRun, *, by: str, resolution: str, now: datetime) -> None:
    """Nothing is left to do: the run ends here."""
    state = RunState.UNDONE if run.direction == Direction.UNDOING else RunState.DONE
    ProcessRun.objects.filter(id=run.id).update(
        state=state, direction=run.direction, facts=run.facts, error="", finished_at=now, updated_at=now
    )
    cases.resolve_for_run(run_id=run.id, by=by, resolution=resolution, now=now)


def _restart(run: ProcessRun, process: Process, *, by: str, resolution: str, now: datetime) -> None:
    RunStep.objects.filter(run=run, name=run.step).update(started_at=now)  # its budget begins anew
    ProcessRun.objects.filter(id=run.id).update(
        state=RunState.READY,
        step=run.step,
        direction=run.direction,
        generation=run.generation,
        facts=run.facts,
        fence=F("fence") + 1,
        claims=0,
        wakes=0,
        error="",
        next_wake_at=lease.in_seconds(lease.GRACE_S),
        updated_at=now,
    )
    cases.resolve_for_run(run_id=run.id, by=by, resolution=resolution, now=now)
    wake.ring_after_commit(wake.Bell(run.id, process.links(run.step), run.correlation_id))


def allow_until(*, run_id: UUID, until: datetime) -> None:
    """Give a run longer that has a reason to wait; it is never given less."""
    ProcessRun.objects.filter(id=run_id, deadline_at__lt=until).update(deadline_at=until)
