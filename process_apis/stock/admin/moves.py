"""Transfers in the admin, and what the nightly audit put right. Looked at; a transfer can be closed."""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from process_apis.stock.models import AuditDue, Repair, StockMovement, Transfer, TransferState
from process_apis.stock.moving import transfers
from retail_platform.kernel.admin import Act, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link, moment, number

TRANSFER_LABELS: dict[str, str] = {TransferState.SHIPPED: "warning", TransferState.CLOSED: "success"}


def _close(transfer: Transfer, *, by: str, reason: str, now: datetime) -> None:
    transfers.close(transfer.reference, reason=f"{by}: {reason}"[:500], at=now)


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """Goods between two nodes, with what is still on the way."""

    natural_key = "reference"
    list_display = ("reference", "from_node", "to_node", "state_label", "due_on", "shipped_at", "closed_at")
    list_filter = ("state", "to_node")
    search_fields = ("=reference",)
    ordering = ("-id",)
    fields = (
        ("reference", "state_label"), ("from_node", "to_node"), ("due_on", "created_at"), ("shipped_at", "closed_at"),
        "closed_because",
    )  # fmt: skip
    readonly_fields = ("state_label",)
    acts = (
        Act(
            name="close", title="Nothing more will come", variant="danger",
            explains="What is outstanding is lost: a variance for each sku, a case, and an entry in the ledger.",
            do=_close,
            permission="stock.change_transfer", applies=lambda row: row.state == TransferState.SHIPPED,
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transfer]:
        return super().get_queryset(request).prefetch_related("lines")

    @display(description="state", ordering="state")
    def state_label(self, transfer: Transfer) -> str:
        return label(transfer.get_state_display(), TRANSFER_LABELS.get(transfer.state, ""))

    def tables(self, request: HttpRequest, obj: Transfer) -> list[Table]:
        lines = [
            (link("catalog_product", line.sku), *map(number, (line.units, line.shipped, line.received,
                                                              line.outstanding)))
            for line in obj.lines.all()
        ]  # fmt: skip
        keys = [line.sku for line in obj.lines.all()]
        moved = StockMovement.objects.filter(
            sku__in=keys, node__in=[obj.from_node, obj.to_node], key__startswith=f"transfer:{obj.reference}:"
        )
        movements = [
            (moment(each.occurred_at), each.node, each.sku, number(f"{each.units:+d}"), each.state, each.reason)
            for each in moved.order_by("id")[:200]
        ]
        return [
            Table("Lines", ("sku", "planned", "shipped", "received", "outstanding"), lines),
            Table("Movements", ("at (UTC)", "node", "sku", "units", "state", "reason"), movements),
        ]


@admin.register(Repair)
class RepairAdmin(ReadOnlyAdmin):
    """Figures that did not agree with their own rows."""

    list_display = ("at", "sku", "node", "figure", "stood", "should_be", "why")
    list_filter = ("figure", "node")
    search_fields = ("=sku", "=node")
    ordering = ("-id",)


@admin.register(AuditDue)
class AuditDueAdmin(ReadOnlyAdmin):
    """When the next audit is, and what the last one found."""

    list_display = ("name", "due_at", "finished_at", "drift")
