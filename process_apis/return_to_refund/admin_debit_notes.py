"""Debit notes in the admin: what went back to whom, what it cost, where it is booked, and what the supplier says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from canonical.money import Money
from process_apis.return_to_refund import vendor_returns
from process_apis.returns.models import DebitNote, DebitNoteState, GoodsAfterRefusal
from retail_platform.kernel.admin import Act, ReadOnlyAdmin, ReasonForm
from retail_platform.kernel.admin_pages import Table, label, link, number

_COLOURS: dict[str, str] = {
    DebitNoteState.ISSUED: "info", DebitNoteState.ACCEPTED: "success", DebitNoteState.REFUSED: "danger",
}  # fmt: skip
_CHANGE = "returns.change_return"


class SupplierForm(ReasonForm):
    """Asks whose goods they are."""

    supplier = forms.CharField(max_length=120, widget=UnfoldAdminTextInputWidget())


class AcceptedForm(ReasonForm):
    """Asks for the supplier's own number."""

    reference = forms.CharField(
        max_length=64, required=False, help_text="the supplier's credit note", widget=UnfoldAdminTextInputWidget()
    )


class RefusedForm(ReasonForm):
    """Asks where the goods are now."""

    goods = forms.ChoiceField(choices=GoodsAfterRefusal.choices, widget=UnfoldAdminSelectWidget())


def _name(note: DebitNote, *, by: str, reason: str, now: datetime, asked: Mapping[str, Any]) -> None:
    vendor_returns.name_supplier(note, supplier=asked["supplier"], by=by, now=now)


def _accept(note: DebitNote, *, by: str, reason: str, now: datetime, asked: Mapping[str, Any]) -> None:
    vendor_returns.accept(note, reference=asked["reference"], by=by, now=now)


def _refuse(note: DebitNote, *, by: str, reason: str, now: datetime, asked: Mapping[str, Any]) -> None:
    vendor_returns.refuse(note, goods=GoodsAfterRefusal(asked["goods"]), why=reason, by=by, now=now)


def _open(note: DebitNote) -> bool:
    return note.state == DebitNoteState.ISSUED


@admin.register(DebitNote)
class DebitNoteAdmin(ReadOnlyAdmin):
    """What suppliers owe us for goods that went back; the oldest that waits is the first to ask about."""

    acts = (
        Act("supplier", "Name the supplier", "The note says whose goods they are.", _name, _CHANGE, _open,
            form=lambda note: SupplierForm),
        Act("accepted", "The supplier accepts", "What the note says is owed to us.", _accept, _CHANGE, _open, "primary",
            form=lambda note: AcceptedForm),
        Act("refused", "The supplier refuses", "Nothing is owed: the entry is taken back. Goods that come back lie in "
            "quarantine again; those that are gone are a loss.", _refuse, _CHANGE, _open, "danger",
            form=lambda note: RefusedForm),
    )  # fmt: skip
    natural_key = "number"
    list_display = ("number", "supplier", "whose", "cost", "standing", "journal", "issued_at")
    list_filter = ("state", "supplier")
    search_fields = ("=number", "supplier", "=supplier_reference", "=journal")
    search_help_text = "The note's number, the supplier, the supplier's own number, or an entry's reference"
    ordering = ("-issued_at",)
    fields = (
        ("number", "standing"), ("supplier", "supplier_reference"), ("whose", "cost"), ("entry", "taken_back"),
        ("issued_by", "issued_at"), ("answered_by", "answered_at"), ("reason", "goods"),
    )  # fmt: skip
    readonly_fields = ("standing", "whose", "cost", "entry", "taken_back")

    @display(description="state", ordering="state")
    def standing(self, note: DebitNote) -> str:
        return label(note.get_state_display(), _COLOURS.get(note.state, ""))

    @display(description="return")
    def whose(self, note: DebitNote) -> str:
        parent = note.line.receipt.parent
        return link("returns_return", parent.number, parent.number) if parent else "nobody knows whose"

    @display(description="cost", ordering="total_minor")
    def cost(self, note: DebitNote) -> str:
        return number(Money(minor=note.total_minor, currency=note.currency))

    @display(description="journal")
    def entry(self, note: DebitNote) -> str:
        return link("ledger_journalentry", note.journal, note.journal) if note.journal else "not booked yet"

    @display(description="taken back by")
    def taken_back(self, note: DebitNote) -> str:
        return link("ledger_journalentry", note.reversal, note.reversal) if note.reversal else ""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("line__receipt__parent")

    def tables(self, request: HttpRequest, obj: DebitNote) -> list[Table]:
        rows = [
            (link("catalog_product", each["sku"], each["sku"]), number(each["units"]), each["serial"],
             number(Money(minor=each["cost_minor"], currency=obj.currency)))
            for each in obj.lines
        ]  # fmt: skip
        return [Table("Goods", ("sku", "units", "serial", "cost"), rows)]
