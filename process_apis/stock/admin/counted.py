"""Snapshots and variances in the admin: what was counted, and which differences wait for a person's word."""

from django.contrib import admin

from process_apis.stock.checking import counts
from process_apis.stock.models import SnapshotTaken, Variance
from retail_platform.kernel.admin import Act, NotDone, ReadOnlyAdmin


def _refuse(variance: Variance, *, by: str, reason: str, now: object) -> None:
    if not counts.refuse(variance.id, by=by, reason=reason):
        raise NotDone("somebody has decided before")


@admin.register(Variance)
class VarianceAdmin(ReadOnlyAdmin):
    """Differences that wait for a person's word."""

    list_display = ("opened_at", "sku", "node", "expected", "counted", "source", "state", "decided_by")
    list_filter = ("state", "node")
    search_fields = ("=sku", "=node")
    ordering = ("-id",)
    acts = (
        Act(
            name="accept", title="The count is right", explains="The book follows the count.",
            do=lambda row, *, by, reason, now: counts.accept(row.id, by=by, reason=reason),
            permission="stock.change_variance", applies=lambda row: row.state == "open",
        ),
        Act(
            name="refuse", title="The count is wrong", explains="The book stays as it is.", do=_refuse,
            permission="stock.change_variance", applies=lambda row: row.state == "open",
        ),
    )  # fmt: skip


@admin.register(SnapshotTaken)
class SnapshotTakenAdmin(ReadOnlyAdmin):
    list_display = ("taken_at", "source", "node", "watermark", "levels", "adjusted", "varied")
    list_filter = ("source", "node")
    ordering = ("-id",)
