"""Runs in the admin: where each stands, how long each step took, and the four things to do with a parked one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.decorators import display

from process_apis.cases.models import Case
from process_apis.engine import registry, services
from process_apis.engine.models import ProcessRun, RunState, RunStep, StepState
from retail_platform.kernel import clock
from retail_platform.kernel.admin import Act, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import (
    SHOW_AT_MOST,
    Table,
    bar,
    code,
    duration,
    folded,
    label,
    link,
    list_link,
    moment,
    payload,
)

RUN_LABELS: dict[str, str] = {
    RunState.READY: "info", RunState.RUNNING: "info", RunState.WAITING: "primary", RunState.RETRYING: "warning",
    RunState.PARKED: "danger", RunState.DONE: "success", RunState.UNDONE: "warning",
}  # fmt: skip
STEP_LABELS: dict[str, str] = {
    StepState.RUNNING: "info", StepState.DONE: "success", StepState.SKIPPED: "warning", StepState.WAITING: "primary",
    StepState.RETRYING: "warning", StepState.REFUSED: "danger", StepState.PARKED: "danger",
}  # fmt: skip
# Which page shows what a run is about, by the field its journey names as subject.
SUBJECT_PAGES = {"order_number": "orders_order", "shipment_id": "orders_parcel", "inbox_id": "inbox_inboxmessage"}


def _act(service: Callable[..., None]) -> Callable[..., None]:
    def do(run: ProcessRun, *, by: str, reason: str, now: datetime) -> None:
        service(run_id=run.id, by=by, reason=reason, now=now)

    return do


def _parked(run: ProcessRun) -> bool:
    return run.state == RunState.PARKED


MAY_ACT = "engine.change_processrun"
ACTS = (
    Act("resume", "Resume", "Try the step again where the run stopped, under the same key.",
        _act(services.resume), MAY_ACT, _parked, "primary"),
    Act("skip", "Skip the step", "Go on behind the step, since you have done by hand what it would do.",
        _act(services.skip), MAY_ACT, _parked),
    Act("compensate", "Take back", "Undo everything the run has done, the last step first.",
        _act(services.compensate), MAY_ACT, _parked, "danger"),
    Act("send-as-new", "Send as new", "Try the step again under a new key. Only if you have made sure that the other "
        "system did nothing under the old one: else the effect happens twice.",
        _act(services.send_as_new), MAY_ACT, _parked, "danger"),
)  # fmt: skip


def subject_link(process: str, subject: str) -> str:
    """A link to what a run is about."""
    known = registry.processes().get(process)
    return link(SUBJECT_PAGES.get(known.subject if known else "", ""), subject)


@admin.register(ProcessRun)
class ProcessRunAdmin(ReadOnlyAdmin):
    """A window with four handles: people look here, and act only through services."""

    acts = ACTS
    list_display = ("run", "about", "state_label", "step", "attempts", "waiting_for", "age")
    list_filter = ("state", "process")
    search_fields = ("=subject", "=correlation_id")
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("process", "about"), ("state_label", "step"), ("waiting_for", "next_wake_at"), "problem")}),
        ("Bookkeeping", {"fields": (
            ("created_at", "finished_at"), ("took", "deadline_at"), ("direction", "generation"), ("claims", "fence"),
            "correlation",
        )}),
    )  # fmt: skip
    readonly_fields = ("about", "state_label", "problem", "took", "correlation")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProcessRun]:
        at_it = RunStep.objects.filter(run=OuterRef("pk"), name=OuterRef("step"))
        return super().get_queryset(request).annotate(attempts_now=Subquery(at_it.values("attempts")[:1]))

    @display(description="run", ordering="process")
    def run(self, run: ProcessRun) -> str:
        return run.process

    @display(description="about", ordering="subject")
    def about(self, run: ProcessRun) -> str:
        return subject_link(run.process, run.subject)

    @display(description="state", ordering="state")
    def state_label(self, run: ProcessRun) -> str:
        return label(run.state.replace("_", " "), RUN_LABELS.get(run.state, ""))

    @display(description="attempts")
    def attempts(self, run: Any) -> int:
        return run.attempts_now or 0

    @display(description="age", ordering="created_at")
    def age(self, run: ProcessRun) -> str:
        return duration(clock.now() - run.created_at)

    @display(description="took")
    def took(self, run: ProcessRun) -> str:
        return duration((run.finished_at or clock.now()) - run.created_at)

    @display(description="problem")
    def problem(self, run: ProcessRun) -> str:
        return payload(run.error) if run.error else "none"

    @display(description="correlation id")
    def correlation(self, run: ProcessRun) -> str:
        return list_link("outbox_fact", run.correlation_id, q=run.correlation_id) if run.correlation_id else ""

    def tables(self, request: HttpRequest, obj: ProcessRun) -> list[Table]:
        tables = [_timeline(obj), _facts(obj)]
        if request.user.has_perm("cases.view_case"):
            tables.insert(1, _cases(obj))
        return tables


def _timeline(run: ProcessRun) -> Table:
    """Each step on the run's own time line; hours of waiting are its own bar, not everybody's."""
    whole = max(((run.finished_at or clock.now()) - run.created_at).total_seconds(), 0.001)
    rows: list[tuple[Any, ...]] = []
    for step in run.steps.all()[:SHOW_AT_MOST]:
        end = step.finished_at or step.last_tried_at
        length = max((end - step.started_at).total_seconds(), 0.0)
        variant = STEP_LABELS.get(step.state, "")
        rows.append((
            step.name, label(step.state, variant), step.attempts, moment(step.started_at), duration(length),
            bar(start=(step.started_at - run.created_at).total_seconds() / whole, length=length / whole,
                variant=variant),
            code(step.key), folded(step.result), payload(step.error) if step.error else "",
        ))  # fmt: skip
    headers = ["step", "state", "attempts", "began", "took", "within the run", "key", "result", "error"]
    if not any(row[-1] for row in rows):
        headers, rows = headers[:-1], [row[:-1] for row in rows]
    return Table(
        "Steps", headers, rows, note="Times are UTC. A remote step's key is what the other system knows it by."
    )


def _facts(run: ProcessRun) -> Table:
    rows = [(name, folded(value)) for name, value in run.facts.items()]
    return Table("What the run knows", ("fact", "value"), rows)


def _cases(run: ProcessRun) -> Table:
    found = Case.objects.filter(run_id=run.id).order_by("-opened_at")[:SHOW_AT_MOST]
    rows = [
        (link("cases_case", case.id, case.title), label(case.state, "warning" if case.state == "open" else "success"),
         case.owner, case.count, moment(case.opened_at), case.resolved_by, case.resolution)
        for case in found
    ]  # fmt: skip
    headers = ("case", "state", "owner", "times", "opened", "resolved by", "resolution")
    return Table("Cases", headers, rows)
