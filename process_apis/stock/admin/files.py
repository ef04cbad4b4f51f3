"""Files of movements and packs in the admin: what came of a file line by line, and what a box of a product holds."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from process_apis.stock.models import PackUnit, StockFile, StockFileLine
from retail_platform.kernel.admin import NoDeleteAdmin, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import SHOW_AT_MOST, Table, label, list_link, number

_COLOURS = {"applying": "info", "done": "success", "rejected": "danger"}


@admin.register(StockFile)
class StockFileAdmin(ReadOnlyAdmin):
    """rows = applied + known + set aside, once it is done."""

    list_display = ("received_at", "name", "source", "sender", "state_label", "rows", "applied", "known", "set_aside")
    list_display_links = ("name",)
    list_filter = ("state", "source")
    search_fields = ("name", "=digest", "=correlation_id")
    ordering = ("-received_at",)
    fields = (
        ("name", "source"), ("sender", "state_label"), ("rows", "applied"), ("known", "contradicted"),
        ("set_aside", "error"), ("received_at", "finished_at"), "caused",
    )  # fmt: skip
    readonly_fields = ("state_label", "caused")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockFile]:
        return super().get_queryset(request).defer("content")

    @display(description="state", ordering="state")
    def state_label(self, file: StockFile) -> str:
        return label(file.state, _COLOURS.get(file.state, ""))

    @display(description="what it moved")
    def caused(self, file: StockFile) -> str:
        return list_link("stock_stockmovement", "movements with its correlation id", q=file.correlation_id)

    def tables(self, request: HttpRequest, obj: Any) -> list[Table]:
        lines = StockFileLine.objects.filter(file=obj).order_by("line")[:SHOW_AT_MOST]
        rows = [(number(each.line), each.key, each.field, each.rule, each.detail) for each in lines]
        return [Table("Lines that were not applied", ("line", "key", "field", "rule", "why"), rows)]


@admin.register(PackUnit)
class PackUnitAdmin(NoDeleteAdmin):
    """How many of its own unit a pack of a product holds."""

    list_display = ("sku", "unit", "units")
    list_filter = ("unit",)
    search_fields = ("=sku",)
    ordering = ("sku", "unit")
    fixed_once_made = ("sku", "unit")
