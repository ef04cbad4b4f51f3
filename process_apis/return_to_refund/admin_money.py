"""The documents of a return that have an amount, each with its list: credit memos, refunds, disputes."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.decorators import display

from canonical.money import Money
from process_apis.orders.models import Order
from process_apis.return_to_refund import admin_tables as tables
from process_apis.returns.models import CreditMemo, Dispute, DisputeState, Refund
from retail_platform.kernel.admin import ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link, list_link, number

_STANDING: dict[str, str] = {DisputeState.OPEN: "warning", DisputeState.WON: "success", DisputeState.LOST: "danger"}


class MoneyAdmin(ReadOnlyAdmin):
    """A document of a return that has an amount."""

    amount_of = "total_minor"

    @display(description="amount")
    def amount(self, row: Any) -> str:
        return number(Money(minor=getattr(row, self.amount_of), currency=row.currency))

    @display(description="return")
    def whose(self, row: Any) -> str:
        return link("returns_return", row.parent.number, row.parent.number)


@admin.register(CreditMemo)
class CreditMemoAdmin(MoneyAdmin):
    natural_key = "number"
    list_display = ("number", "whose", "order_number", "amount", "booked_on", "erp_reference")
    list_filter = ("booked_on", "currency")
    search_fields = ("=number", "=order_number", "=erp_reference")
    ordering = ("-id",)
    fields = (
        ("number", "whose"), ("order_number", "amount"), ("booked_on", "erp_reference"), ("tax_reference", "issued_at"),
    )  # fmt: skip
    readonly_fields = ("whose", "amount")


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    amount_of = "amount_minor"
    list_display = ("whose", "order_number", "way", "amount", "state", "failure", "done_at")
    list_filter = ("state", "way", "currency")
    search_fields = ("=order_number", "=provider_reference", "=parent__number")
    ordering = ("-made_at",)
    fields = (
        ("whose", "order_number"), ("way", "amount"), ("state", "failure"), ("provider_reference", "approved_by"),
        ("made_at", "done_at"),
    )  # fmt: skip
    readonly_fields = ("whose", "amount")


@admin.register(Dispute)
class DisputeAdmin(MoneyAdmin):
    """Money that a bank has taken back: whose, how much, why, and by when we have to say something."""

    amount_of = "amount_minor"
    natural_key = "reference"
    list_display = ("reference", "order_link", "who", "amount", "standing", "reason", "answer_by", "opened_at")
    list_filter = ("state", "currency", "answer_by")
    search_fields = ("=reference", "=order_number")
    search_help_text = "The provider's reference, or the order's number"
    ordering = ("-opened_at",)
    fields = (
        ("reference", "standing"), ("order_link", "who"), ("amount", "fee"), ("reason", "answer_by"),
        ("opened_at", "decided_at"), "runs",
    )  # fmt: skip
    readonly_fields = ("order_link", "who", "amount", "fee", "standing", "runs")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        buyers = Order.objects.filter(number=OuterRef("order_number")).values("customer_name")[:1]
        return super().get_queryset(request).annotate(who=Subquery(buyers))

    @display(description="order", ordering="order_number")
    def order_link(self, dispute: Dispute) -> str:
        return link("orders_order", dispute.order_number, dispute.order_number)

    @display(description="who", ordering="who")
    def who(self, dispute: Any) -> str:
        return dispute.who or "not named"

    @display(description="state", ordering="state")
    def standing(self, dispute: Dispute) -> str:
        return label(dispute.get_state_display(), _STANDING.get(dispute.state, ""))

    @display(description="fee")
    def fee(self, dispute: Dispute) -> str:
        return number(Money(minor=dispute.fee_minor, currency=dispute.currency))

    @display(description="runs")
    def runs(self, dispute: Dispute) -> str:
        return list_link("engine_processrun", "runs of this dispute", q=dispute.reference)

    def tables(self, request: HttpRequest, obj: Dispute) -> list[Table]:
        return [table(obj) for permission, table in tables.OF_A_DISPUTE if request.user.has_perm(permission)]
