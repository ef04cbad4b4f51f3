"""Facts in the admin: what happened, in what order, and whether everybody has been told."""

from django.contrib import admin
from unfold.decorators import display

from retail_platform.kernel.admin import ReadOnlyAdmin
from retail_platform.kernel.admin_pages import label, list_link, payload
from retail_platform.kernel.outbox.models import Fact, FactState

FACT_LABELS: dict[str, str] = {FactState.PENDING: "info", FactState.DELIVERED: "success", FactState.STUCK: "danger"}


@admin.register(Fact)
class FactAdmin(ReadOnlyAdmin):
    """Looked at, never edited; a stuck one is delivered again by command."""

    list_display = ("created_at", "name", "aggregate", "sequence", "state_label", "attempts", "correlation_id")
    list_display_links = ("created_at", "name")
    list_filter = ("state", "name")
    search_fields = ("=aggregate", "=correlation_id")
    ordering = ("-id",)
    fields = (
        ("name", "state_label"), ("aggregate", "sequence"), ("created_at", "delivered_at"), ("attempts", "due_at"),
        ("event_id", "runs"), "body", "trouble",
    )  # fmt: skip
    readonly_fields = ("state_label", "body", "trouble", "runs")

    @display(description="state", ordering="state")
    def state_label(self, fact: Fact) -> str:
        return label(fact.state.replace("_", " "), FACT_LABELS.get(fact.state, ""))

    @display(description="data")
    def body(self, fact: Fact) -> str:
        return payload(fact.data)

    @display(description="last error")
    def trouble(self, fact: Fact) -> str:
        return payload(fact.error) if fact.error else "none"

    @display(description="runs")
    def runs(self, fact: Fact) -> str:
        return list_link("engine_processrun", "runs with the same correlation id", q=fact.correlation_id)
