"""How a return is asked for and shown."""

from typing import Any

from rest_framework import serializers

from process_apis.minor_units import MinorField
from process_apis.returns import debit_notes
from process_apis.returns.models import (
    DebitNoteState,
    Disposition,
    GoodsAfterRefusal,
    HeldFor,
    RefundState,
    RefundWay,
    Return,
    ReturnKind,
    ReturnState,
    Suspicion,
)
from retail_platform.kernel.serializers import Amount, MoneyField, StrictSerializer

CONDITIONS = ["new", "opened", "worn", "damaged"]


class ReturnedLineIn(StrictSerializer):
    line_id = serializers.CharField(max_length=64)
    units = serializers.IntegerField(min_value=1, max_value=1_000_000)
    condition = serializers.ChoiceField(choices=CONDITIONS, required=False, default="new")
    serial = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="of the unit, where it has one"
    )


class ReturnLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    units = serializers.IntegerField()
    condition = serializers.CharField()
    net = MinorField("net_minor", currency="parent.currency")
    tax = MinorField("tax_minor", currency="parent.currency")
    fee = MinorField("fee_minor", currency="parent.currency", help_text="kept of it")


class ReceivedLineOut(StrictSerializer):
    position = serializers.IntegerField()
    line_id = serializers.CharField(allow_blank=True)
    sku = serializers.CharField()
    units = serializers.IntegerField()
    condition = serializers.CharField()
    disposition = serializers.ChoiceField(choices=Disposition.choices)
    suspect = serializers.ChoiceField(
        choices=Suspicion.choices, allow_blank=True, help_text="not paid for until somebody has looked into it"
    )


class ReceiptOut(StrictSerializer):
    key = serializers.CharField()
    node = serializers.CharField()
    received_at = serializers.DateTimeField()
    lines = ReceivedLineOut(many=True)


class CreditMemoOut(StrictSerializer):
    number = serializers.CharField()
    net = MinorField("net_minor")
    tax = MinorField("tax_minor")
    total = MinorField("total_minor")
    booked_on = serializers.DateField(allow_null=True)
    erp_reference = serializers.CharField(allow_blank=True)


class RefundOut(StrictSerializer):
    id = serializers.UUIDField()
    way = serializers.ChoiceField(choices=RefundWay.choices)
    amount = MinorField("amount_minor")
    state = serializers.ChoiceField(choices=RefundState.choices)
    failure = serializers.CharField(allow_blank=True)
    done_at = serializers.DateTimeField(allow_null=True)


class DebitNoteLineOut(StrictSerializer):
    sku = serializers.CharField()
    units = serializers.IntegerField()
    serial = serializers.CharField(allow_blank=True)


class DebitNoteOut(StrictSerializer):
    number = serializers.CharField()
    supplier = serializers.CharField(allow_blank=True, help_text="empty until somebody has said whose goods they are")
    state = serializers.ChoiceField(choices=DebitNoteState.choices)
    lines = DebitNoteLineOut(many=True)
    total = MinorField("total_minor", help_text="what the goods stood in the books for")
    journal = serializers.CharField(allow_blank=True, help_text="the entry it is booked under")
    reversal = serializers.CharField(allow_blank=True, help_text="the entry that took it back, once refused")
    supplier_reference = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True, help_text="why the supplier refused")
    goods = serializers.ChoiceField(choices=GoodsAfterRefusal.choices, allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class RefundTermOut(StrictSerializer):
    what = serializers.CharField()
    amount = MoneyField()


class ReturnOut(StrictSerializer):
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=ReturnKind.choices)
    state = serializers.ChoiceField(choices=ReturnState.choices)
    held_for = serializers.ChoiceField(choices=HeldFor.choices, allow_blank=True)
    waits_for = serializers.CharField(allow_blank=True)
    order_number = serializers.CharField(allow_blank=True)
    channel = serializers.CharField()
    node = serializers.CharField(allow_blank=True, help_text="where the goods are to come back to")
    reason = serializers.CharField(allow_blank=True)
    refuse_reason = serializers.CharField(allow_blank=True)
    total = MinorField("total_minor", help_text="what the customer gets back")
    arithmetic = serializers.SerializerMethodField(help_text="how the total comes about")
    lines = ReturnLineOut(many=True)
    receipts = ReceiptOut(many=True)
    credit_memos = CreditMemoOut(many=True, source="memos")
    refunds = RefundOut(many=True)
    label_url = serializers.CharField(allow_blank=True, help_text="empty until the carrier has made one")
    tracking_number = serializers.CharField(allow_blank=True)
    requested_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)

    def get_arithmetic(self, row: Return) -> list[dict[str, Any]]:
        terms = [{"what": what, "amount": Amount(minor, row.currency)} for what, minor in row.arithmetic]
        return list(RefundTermOut(terms, many=True).data)

    get_arithmetic.__annotations__["return"] = RefundTermOut(many=True)  # for the schema


class DeskReturnOut(ReturnOut):
    """What those who work with returns see besides: what we paid for the goods is not for customers."""

    debit_notes = serializers.SerializerMethodField(help_text="for goods that went back to their supplier")

    def get_debit_notes(self, row: Return) -> list[dict[str, Any]]:
        return list(DebitNoteOut(debit_notes.of_return(row), many=True).data)

    get_debit_notes.__annotations__["return"] = DebitNoteOut(many=True)  # for the schema
