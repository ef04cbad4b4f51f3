"""The exception desk in the admin: what is open, whose it is, what is proposed; resolving says how."""

from datetime import datetime

from django.contrib import admin
from unfold.decorators import display

from process_apis.cases import services
from process_apis.cases.models import Case, CaseState
from retail_platform.kernel import clock
from retail_platform.kernel.admin import Act, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import duration, label, link, list_link, payload

STATE_LABELS: dict[str, str] = {CaseState.OPEN: "warning", CaseState.RESOLVED: "success"}
KIND_LABELS: dict[str, str] = {
    "technical": "info", "mapping": "primary", "business": "warning", "contract": "info", "security": "danger",
}  # fmt: skip


def _resolve(case: Case, *, by: str, reason: str, now: datetime) -> None:
    services.close(case_id=case.id, by=by, resolution=reason, now=now)


RESOLVE = Act(
    name="resolve",
    title="Resolve",
    explains="Say what was done about it. The case closes with your name; nothing else changes.",
    do=_resolve,
    permission="cases.change_case",
    applies=lambda case: case.state == CaseState.OPEN and not case.run_id,
    variant="primary",
)


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """A parked run's case closes when its run is acted on; another is resolved here."""

    acts = (RESOLVE,)
    list_display = ("title", "state_label", "kind_label", "owner", "about", "count", "age")
    list_display_links = ("title",)
    list_filter = ("state", "owner", "kind")
    search_fields = ("=subject", "=correlation_id", "title")
    ordering = ("-last_seen_at",)
    fieldsets = (
        (None, {"fields": (("title", "state_label"), ("kind_label", "owner"), ("about", "run"), "proposal_text")}),
        ("What happened", {"fields": ("detail_text", ("opened_at", "last_seen_at"), ("count", "correlation"))}),
        ("How it ended", {"fields": (("resolved_at", "resolved_by"), "resolution")}),
    )
    readonly_fields = (
        "state_label",
        "kind_label",
        "about",
        "run",
        "proposal_text",
        "detail_text",
        "correlation",
        "age",
    )

    @display(description="state", ordering="state")
    def state_label(self, case: Case) -> str:
        return label(case.state.replace("_", " "), STATE_LABELS.get(case.state, ""))

    @display(description="kind", ordering="kind")
    def kind_label(self, case: Case) -> str:
        return label(case.kind.replace("_", " "), KIND_LABELS.get(case.kind, ""))

    @display(description="about", ordering="subject")
    def about(self, case: Case) -> str:
        return case.subject

    @display(description="run")
    def run(self, case: Case) -> str:
        return link("engine_processrun", case.run_id, "the parked run") if case.run_id else "none"

    @display(description="what to do")
    def proposal_text(self, case: Case) -> str:
        return case.proposal

    @display(description="detail")
    def detail_text(self, case: Case) -> str:
        return payload(case.detail) if case.detail else ""

    @display(description="same correlation id")
    def correlation(self, case: Case) -> str:
        return list_link("engine_processrun", case.correlation_id, q=case.correlation_id) if case.correlation_id else ""

    @display(description="age", ordering="opened_at")
    def age(self, case: Case) -> str:
        return duration((case.resolved_at or clock.now()) - case.opened_at)
