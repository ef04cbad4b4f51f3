"""Returns in the admin: what was agreed, what came back, what was credited and what was paid back, as one story."""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from canonical.money import Money
from process_apis.return_to_refund import admin_debit_notes as admin_debit_notes  # its page registers itself
from process_apis.return_to_refund import admin_money as admin_money  # its pages register themselves
from process_apis.return_to_refund import admin_tables as tables
from process_apis.return_to_refund import advances, inspecting, paying, turning_away
from process_apis.returns import services
from process_apis.returns.models import (
    Disposition,
    HeldFor,
    Receipt,
    ReceiptLine,
    RefundState,
    RefundWay,
    Return,
    ReturnPolicy,
    ReturnState,
)
from process_apis.returns.queries import OVER
from retail_platform.kernel.admin import Act, NoDeleteAdmin, NotDone, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link, list_link, number

RETURN_LABELS: dict[str, str] = {
    ReturnState.REQUESTED: "info", ReturnState.AUTHORISED: "info", ReturnState.LABEL_ISSUED: "info",
    ReturnState.IN_TRANSIT: "info", ReturnState.RECEIVED: "primary",
    ReturnState.CREDITED: "primary", ReturnState.REFUNDED: "success", ReturnState.CLOSED: "success",
    ReturnState.HELD: "warning", ReturnState.REFUND_FAILED: "danger", ReturnState.REJECTED: "danger",
    ReturnState.LOST_IN_TRANSIT: "danger",
}  # fmt: skip
_CHANGE = "returns.change_return"


def _approve(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    if not services.authorise(parent, by=by):
        raise NotDone(f"return {parent.number} is {parent.get_state_display()}")


def _reject(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    turning_away.turn_away(parent, by=by, why=reason, now=now)


def _restock(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    """All that lies there and was not looked at yet."""
    for line in ReceiptLine.objects.filter(receipt__parent=parent, disposition=Disposition.PENDING):
        inspecting.inspect(line.id, disposition=Disposition.RESTOCK, by=by, now=now)


def _suspects(parent: Return) -> QuerySet[ReceiptLine]:
    lines = ReceiptLine.objects.filter(receipt__parent=parent, disposition=Disposition.QUARANTINE)
    return lines.exclude(suspect="")


def _in_the_queue(parent: Return) -> bool:
    return _suspects(parent).exists()


def _clear(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    for line in _suspects(parent):
        inspecting.inspect(line.id, disposition=Disposition.RESTOCK, suspect="", by=by, now=now)


def _not_as_sold(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    for line in _suspects(parent):
        inspecting.inspect(line.id, disposition=Disposition.TO_CUSTOMER, by=by, now=now)


def _pay_as(way: RefundWay, parent: Return, *, by: str) -> None:
    for refund in parent.refunds.filter(state=RefundState.FAILED):
        paying.otherwise(refund, way=way, by=by)


def _store_credit(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    _pay_as(RefundWay.STORE_CREDIT, parent, by=by)


def _transfer(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    _pay_as(RefundWay.TRANSFER, parent, by=by)


def _paid_for(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    advances.decide(parent, outcome=advances.CHARGED, by=by, why=reason, now=now)


def _lost(parent: Return, *, by: str, reason: str, now: datetime) -> None:
    advances.decide(parent, outcome=advances.LOST, by=by, why=reason, now=now)


def _waits_for_approval(parent: Return) -> bool:
    return parent.held_for == HeldFor.APPROVAL


def _lies_there(parent: Return) -> bool:
    return ReceiptLine.objects.filter(receipt__parent=parent, disposition=Disposition.PENDING).exists()


ACTS = (
    Act("approve", "Approve", "A second person agrees, and the return goes on.", _approve, _CHANGE,
        _waits_for_approval, "primary"),
    Act("reject", "Reject", "The units can be asked for again; nothing is paid back.", _reject, _CHANGE,
        lambda parent: parent.state not in (*OVER, ReturnState.CLOSED) and not parent.memos.exists(), "danger"),
    Act("restock", "Restock all", "Everything that lies there unseen is as new and can be sold.", _restock, _CHANGE,
        _lies_there),
    Act("clear", "Clear the suspicion", "What was set aside is what was sold: it is put on the shelf and paid for. "
        "Somebody else than who had the suspicion says so.", _clear, _CHANGE, _in_the_queue),
    Act("not-as-sold", "Not what was sold", "What was set aside is sent back to the customer, and nothing is paid for "
        "it.", _not_as_sold, _CHANGE, _in_the_queue, "danger"),
    Act("store-credit", "Pay as store credit", "What could not be refunded goes to store credit.", _store_credit,
        _CHANGE, lambda parent: parent.state == ReturnState.REFUND_FAILED),
    Act("transfer", "Pay by transfer", "What could not be refunded goes to the customer's bank account. You approve "
        "it.", _transfer, _CHANGE, lambda parent: parent.state == ReturnState.REFUND_FAILED),
    Act("paid-for", "The customer has paid", "Goods refunded in advance never came, and the customer has paid for them "
        "into the bank account.", _paid_for, _CHANGE, advances.overdue),
    Act("lost", "Book as a loss", "Goods refunded in advance never came, and nobody will pay for them.", _lost, _CHANGE,
        advances.overdue, "danger"),
)  # fmt: skip


@admin.register(Return)
class ReturnAdmin(ReadOnlyAdmin):
    """Found by its number, its order's, or a correlation id."""

    acts = ACTS
    natural_key = "number"
    list_display = ("number", "order_link", "kind", "state_label", "waits", "total", "node", "requested_at")
    list_filter = ("state", "kind", "held_for", "channel", "node")
    search_fields = ("=number", "=order_number", "=correlation_id", "=tracking_number", "=customer_reference")
    search_help_text = "The whole number, the order's, a tracking number, or a correlation id"
    ordering = ("-requested_at",)
    fieldsets = (
        (None, {"fields": (
            ("number", "state_label"), ("order_link", "kind"), ("total", "node"), ("held_for", "waits_for"),
            ("reason", "note"), ("requested_by", "approved_by"), ("requested_at", "expires_at"),
            ("tracking_number", "closed_at"), "refuse_reason", "runs",
        )}),
    )  # fmt: skip
    readonly_fields = ("order_link", "state_label", "total", "runs", "waits")

    @display(description="order", ordering="order_number")
    def order_link(self, parent: Return) -> str:
        return link("orders_order", parent.order_number, parent.order_number) if parent.order_number else "no receipt"

    @display(description="state", ordering="state")
    def state_label(self, parent: Return) -> str:
        return label(parent.get_state_display(), RETURN_LABELS.get(parent.state, ""))

    @display(description="waits for")
    def waits(self, parent: Return) -> str:
        return parent.get_held_for_display() if parent.held_for else ""

    @display(description="total", ordering="total_minor")
    def total(self, parent: Return) -> str:
        return number(Money(minor=parent.total_minor, currency=parent.currency))

    @display(description="runs")
    def runs(self, parent: Return) -> str:
        return list_link("engine_processrun", "runs of this return", q=parent.number)

    def tables(self, request: HttpRequest, obj: Return) -> list[Table]:
        return [table(obj) for permission, table in tables.STORY if request.user.has_perm(permission)]


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """Goods that came back; those without a return are somebody's who is not known yet."""

    natural_key = "key"
    list_display = ("key", "whose", "node", "received_by", "received_at")
    list_filter = (("parent", admin.EmptyFieldListFilter), "node")
    search_fields = ("=key", "=parent__number")
    ordering = ("-id",)
    fields = (("key", "whose"), ("node", "received_by"), "received_at")
    readonly_fields = ("whose",)

    @display(description="return")
    def whose(self, receipt: Receipt) -> str:
        if receipt.parent is None:
            return label("nobody knows whose", "warning")
        return link("returns_return", receipt.parent.number, receipt.parent.number)

    def tables(self, request: HttpRequest, obj: Receipt) -> list[Table]:
        return [tables.goods(list(obj.lines.select_related("receipt")))]


@admin.register(ReturnPolicy)
class ReturnPolicyAdmin(NoDeleteAdmin):
    list_display = ("channel", "tax_code", "window_days", "shipping", "approval_above_minor", "final_sale", "active")
    list_filter = ("active", "final_sale")
