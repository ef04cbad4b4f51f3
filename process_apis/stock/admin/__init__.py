"""The stock book in the admin: positions, what moved them, what is promised. Looked at, never edited."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from unfold.decorators import display

from process_apis.stock.admin import aside, counted, explorer, files, lots, moves  # noqa: F401 - five register pages
from process_apis.stock.models import (
    Reservation,
    ReservationState,
    StockMovement,
    StockOwner,
    StockPosition,
    Supply,
)
from process_apis.stock.queries import FREE
from retail_platform.kernel.admin import NoDeleteAdmin, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import SHOW_AT_MOST, Table, label, link, list_link, moment, number

RESERVATION_LABELS: dict[str, str] = {
    ReservationState.HELD: "info", ReservationState.OPEN: "primary", ReservationState.ALLOCATED: "primary",
    ReservationState.CONSUMED: "success", ReservationState.RELEASED: "info", ReservationState.EXPIRED: "info",
    ReservationState.TRANSFERRED: "info", ReservationState.LOST: "danger",
}  # fmt: skip


class TroubleFilter(admin.SimpleListFilter):
    """Positions that somebody has to look at."""

    title = "trouble"
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("negative", "below zero"), ("shortage", "promised and not there")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "negative":
                return queryset.filter(on_hand__lt=0)
            case "shortage":
                return queryset.filter(shortage__gt=0)
        return queryset


class FreeFilter(admin.SimpleListFilter):
    """Positions that are nearly empty."""

    title = "free units"
    parameter_name = "free"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "none left"), ("few", "3 or fewer"), ("some", "more")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "none":
                return queryset.annotate(left=FREE).filter(left__lte=0)
            case "few":
                return queryset.annotate(left=FREE).filter(left__lte=3)
            case "some":
                return queryset.annotate(left=FREE).filter(left__gt=3)
        return queryset


@admin.register(StockPosition)
class StockPositionAdmin(ReadOnlyAdmin):
    """One sku in one node, with its latest movements and open promises."""

    list_display = ("sku", "node", "on_hand", "reserved", "allocated", "shortage", "free", "updated_at", "history")
    list_filter = (FreeFilter, TroubleFilter, "node")
    search_fields = ("=sku", "=node")
    ordering = ("sku", "node")
    fields = (
        ("product", "place"), ("on_hand", "quarantine"), ("damaged", "display"), ("reserved", "allocated"),
        ("shortage", "backorder_limit"), ("counted_source", "counted_at"), ("free", "updated_at"), "history",
    )  # fmt: skip
    readonly_fields = ("product", "place", "free", "history")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(explorer.explore, self))
        return [path("explore/<path:sku>/", view, name="stock_stockposition_explore"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockPosition]:
        return super().get_queryset(request).annotate(free_units=FREE)

    @display(description="free", ordering="free_units")
    def free(self, position: Any) -> int:
        return position.free_units

    @display(description="history")
    def history(self, position: StockPosition) -> str:
        return explorer.to_history(position.sku)

    @display(description="sku")
    def product(self, position: StockPosition) -> str:
        return link("catalog_product", position.sku)

    @display(description="node")
    def place(self, position: StockPosition) -> str:
        return link("catalog_node", position.node)

    def tables(self, request: HttpRequest, obj: StockPosition) -> list[Table]:
        moved = StockMovement.objects.filter(sku=obj.sku, node=obj.node).order_by("-id")[:50]
        movements = [
            (moment(each.occurred_at), number(f"{each.units:+d}"), each.reason, each.source,
             link("stock_stockmovement", each.id, each.key))
            for each in moved
        ]  # fmt: skip
        promised = Reservation.objects.filter(sku=obj.sku, node=obj.node, state__in=["held", "open", "allocated"])
        promises = [
            (link("orders_order", each.order_number), each.line_id, number(each.units), number(each.consumed),
             moment(each.created_at))
            for each in promised.order_by("-id")[:SHOW_AT_MOST]
        ]  # fmt: skip
        return [
            Table("Open reservations", ("order", "line", "units", "left already", "since"), promises),
            Table("Latest movements", ("at (UTC)", "units", "reason", "source", "key"), movements),
        ]


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    """Append-only; the sum of a position's movements is what is on hand."""

    list_display = ("occurred_at", "sku", "node", "units", "reason", "source", "key")
    list_filter = ("reason", "node")
    search_fields = ("=sku", "=key", "=correlation_id", "=source")
    ordering = ("-id",)
    fields = ("key", ("sku", "node"), ("units", "reason"), ("source", "caused_by"), ("occurred_at", "recorded_at"))
    readonly_fields = ("caused_by",)

    @display(description="caused by")
    def caused_by(self, movement: StockMovement) -> str:
        return list_link("engine_processrun", "runs with the same correlation id", q=movement.correlation_id)


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    """What is promised to whom."""

    list_display = ("order", "line_id", "sku", "node", "units", "consumed", "state_label", "created_at")
    list_display_links = ("line_id",)
    list_filter = ("state", "node")
    search_fields = ("=order_number", "=sku")
    ordering = ("-id",)
    fields = (("order", "line_id"), ("sku", "node"), ("units", "consumed"), ("state_label", "created_at"))
    readonly_fields = ("order", "state_label")

    @display(description="order", ordering="order_number")
    def order(self, reservation: Reservation) -> str:
        return link("orders_order", reservation.order_number)

    @display(description="state", ordering="state")
    def state_label(self, reservation: Reservation) -> str:
        return label(reservation.state.replace("_", " "), RESERVATION_LABELS.get(reservation.state, ""))


@admin.register(Supply)
class SupplyAdmin(ReadOnlyAdmin):
    list_display = ("reference", "kind", "sku", "node", "units", "due_on", "confidence_percent", "source")
    list_filter = ("kind", "node")
    search_fields = ("=sku", "=reference")
    ordering = ("-id",)


@admin.register(StockOwner)
class StockOwnerAdmin(NoDeleteAdmin):
    """Who may write which state of goods, in which kind of node."""

    list_display = ("node_kind", "state", "source")
    ordering = ("node_kind", "state")
    fixed_once_made = ("node_kind", "state")
