"""Pickups in the admin: what stores are to hand over, and what happened to each. Looked at, never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from process_apis.pickups.models import Pickup, PickupState
from retail_platform.kernel.admin import ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link, moment

_LABELS: dict[str, str] = {
    PickupState.READY: "primary",
    PickupState.ARRIVED: "warning",
    PickupState.HANDED_OVER: "success",
    PickupState.COLLECTED_PARTIAL: "success",
    PickupState.STORE_REJECTED: "danger",
    PickupState.EXPIRED: "danger",
}


@admin.register(Pickup)
class PickupAdmin(ReadOnlyAdmin):
    """One store's share of an order that is collected. The customer's code is shown to nobody here."""

    list_display = ("order", "node", "customer_name", "state_label", "ready_by", "expires_at", "reject_reason")
    list_display_links = ("customer_name",)
    list_filter = ("state", "node", "reject_reason")
    search_fields = ("=order_number", "customer_name")
    ordering = ("-created_at",)
    fields = (
        ("order", "node", "attempt"), ("customer_name", "state_label"), ("ready_by", "ready_at", "expires_at"),
        ("arrived_at", "ended_at", "settled_at"), ("collected_by", "proof", "staff", "wrong_codes"),
        ("reject_reason", "reject_note"),
    )  # fmt: skip
    readonly_fields = ("order", "state_label")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("lines", "events")

    @display(description="order", ordering="order_number")
    def order(self, pickup: Pickup) -> str:
        return link("orders_order", pickup.order_number)

    @display(description="state", ordering="state")
    def state_label(self, pickup: Pickup) -> str:
        return label(pickup.get_state_display(), _LABELS.get(pickup.state, ""))

    def tables(self, request: HttpRequest, obj: Any) -> list[Table]:
        lines = [(each.sku, each.title, each.units, each.picked, each.collected) for each in obj.lines.all()]
        events = [
            (moment(each.at), each.name.replace("_", " "), each.by, _said(each.detail)) for each in obj.events.all()
        ]
        return [
            Table("Goods", ("sku", "title", "units", "picked", "collected"), lines),
            Table("History", ("when", "what", "by", "detail"), events),
        ]


def _said(detail: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in detail.items() if value)
