"""What the store tools take and answer about receipts, returns and gift cards."""

from typing import Any

from rest_framework import serializers

from experience_apis.store_tools.receipts import BY
from process_apis.return_to_refund.serializers import NotTogether
from process_apis.returns.models import Disposition, RefundWay, Suspicion
from retail_platform.kernel.serializers import MoneyField, StrictSerializer

_SEEN = [Disposition.RESTOCK, Disposition.REFURBISH, Disposition.QUARANTINE, Disposition.DESTROY]
_WAYS = [RefundWay.ORIGINAL, RefundWay.STORE_CREDIT, RefundWay.CASH]


class LookupIn(StrictSerializer):
    by = serializers.ChoiceField(choices=list(BY), help_text="card: the token your terminal gets for the card")
    value = serializers.CharField(max_length=255)
    staff = serializers.CharField(max_length=150, help_text="who looks: kept with the search")


class ReceiptLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    bought = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="back, or on their way back")
    can_return = serializers.IntegerField(help_text="0 after the window: the service desk may still take it")
    until = serializers.DateField(allow_null=True)
    paid_for_one = MoneyField()


class ReceiptTenderOut(StrictSerializer):
    kind = serializers.CharField()
    can_refund = MoneyField(help_text="taken, and neither given back nor disputed")


class AnnouncedLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    units = serializers.IntegerField(help_text="still to come")


class AnnouncedOut(StrictSerializer):
    number = serializers.CharField(help_text="send it as return_number when the goods are here")
    lines = AnnouncedLineOut(many=True)


class SaleOut(StrictSerializer):
    order_number = serializers.CharField()
    receipt_number = serializers.CharField(help_text="the same as papers show it, with a check character")
    invoices = serializers.ListField(child=serializers.CharField())
    channel = serializers.CharField()
    refunded_by_channel = serializers.BooleanField(help_text="take the goods; the marketplace gives the money back")
    placed_at = serializers.DateTimeField()
    customer = serializers.CharField(allow_blank=True, help_text="initials")
    tenders = ReceiptTenderOut(many=True)
    lines = ReceiptLineOut(many=True)
    announced = AnnouncedOut(many=True, help_text="returns the customer has announced, wherever they were to go")


class SalesOut(StrictSerializer):
    items = SaleOut(many=True)


class HandedIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    units = serializers.IntegerField(min_value=1, max_value=10_000)
    line_id = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="needed with a receipt"
    )
    condition = serializers.ChoiceField(choices=["new", "opened", "worn", "damaged"], required=False, default="new")
    serial = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    suspect = serializers.ChoiceField(
        choices=Suspicion.choices, required=False, default="", help_text="into the fraud queue, not paid for meanwhile"
    )
    disposition = serializers.ChoiceField(
        choices=_SEEN, required=False, default="", help_text="without it somebody else looks at the goods first"
    )


class StoreReturnIn(StrictSerializer):
    node = serializers.CharField(max_length=32, help_text="the store")
    staff = serializers.CharField(max_length=150)
    order_number = serializers.CharField(
        max_length=64, required=False, default="", help_text="leave it out: without receipt"
    )
    return_number = serializers.CharField(
        max_length=32, required=False, default="", allow_blank=True,
        help_text="of a return that was announced: these are its goods, its money goes as was agreed",
    )  # fmt: skip
    document = serializers.CharField(
        max_length=64,
        required=False,
        default="",
        allow_blank=True,
        help_text="number of the identity document; kept as a hash only",
    )
    lines: Any = serializers.ListSerializer(child=HandedIn(), allow_empty=False, max_length=200)
    refund = serializers.ChoiceField(
        choices=_WAYS, required=False, default=RefundWay.ORIGINAL, help_text="without receipt always store credit"
    )
    reason = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    expected_refund = MoneyField(
        required=False, help_text="what the customer was told, with a receipt; another sum is refused"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["return_number"]:
            _only(attrs)
        elif attrs["order_number"]:
            told = {"line_id": "Name the line of the sale; GET receipts shows them."}
            lacking = [{} if line["line_id"] else told for line in attrs["lines"]]
            if any(lacking):
                raise serializers.ValidationError({"lines": lacking})
        elif not attrs["document"]:
            raise serializers.ValidationError({"document": "Without a receipt, enter the customer's document."})
        return attrs


def _only(attrs: dict[str, Any]) -> None:
    """What was agreed for an announced return is not agreed anew."""
    wrong = {name: "Leave it out: the return has it." for name in ("order_number", "document") if attrs[name]}
    if attrs["refund"] != RefundWay.ORIGINAL:
        wrong["refund"] = "The money of an announced return goes as was agreed; leave it out."
    if attrs.get("expected_refund"):
        wrong["expected_refund"] = "The sum of an announced return is agreed; leave it out."
    if wrong:
        raise NotTogether(wrong)


class GiftCardOut(StrictSerializer):
    number = serializers.CharField(help_text="masked")
    balance = MoneyField(help_text="what may still be spent")
    expires_on = serializers.DateField(allow_null=True)
