"""What was told of stock and not applied, in the admin: as it came, why, and what became of it."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from process_apis.stock.incoming import settling
from process_apis.stock.models import SetAside
from retail_platform.kernel.admin import Act, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link


class SettledFilter(admin.SimpleListFilter):
    """What still waits for somebody, or what does not."""

    title = "settled"
    parameter_name = "settled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "open"), ("yes", "settled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("no", "yes"):
            return queryset.filter(settled_at__isnull=self.value() == "no")
        return queryset


def _settle(row: SetAside, *, by: str, reason: str, now: datetime) -> None:
    settling.settle(row.id, by=by, reason=reason, now=now)


@admin.register(SetAside)
class SetAsideAdmin(ReadOnlyAdmin):
    """What was told and not applied."""

    list_display = ("received_at", "key", "source", "rule", "why", "state_label", "settled_by")
    list_filter = (SettledFilter, "rule", "source")
    search_fields = ("=key",)
    ordering = ("-id",)
    fields = (
        ("key", "source"), ("rule", "case"), "why", ("state_label", "received_at"), ("settled_at", "settled_by"),
        "settled_because",
    )  # fmt: skip
    readonly_fields = ("state_label", "case")
    acts = (
        Act(
            name="settle", title="This is settled",
            explains="Nothing of the stock book changes; the case is closed with the last that it is about.",
            do=_settle, permission="stock.change_setaside", applies=lambda row: row.settled_at is None,
        ),
    )  # fmt: skip

    @display(description="state")
    def state_label(self, row: SetAside) -> str:
        return label("open", "warning") if row.settled_at is None else label("settled", "success")

    @display(description="case")
    def case(self, row: SetAside) -> str:
        return link("cases_case", row.case_id, "the case") if row.case_id else ""

    def tables(self, request: HttpRequest, obj: SetAside) -> list[Table]:
        return [Table("As it was told", ("field", "value"), list(obj.told.items()))]
