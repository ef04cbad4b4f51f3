"""What the service desk sends about returns."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from process_apis.returns.models import Disposition, GoodsAfterRefusal, RefundWay, ReturnKind, ReturnState, Suspicion
from process_apis.returns.serializers import CONDITIONS, DeskReturnOut, ReturnedLineIn
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.problem import Unprocessable
from retail_platform.kernel.serializers import MoneyField, StrictSerializer

_WAYS = [RefundWay.STORE_CREDIT.value, RefundWay.GIFT_CARD.value, RefundWay.TRANSFER.value, RefundWay.CASH.value]


class NotTogether(Unprocessable):
    """Each field is as documented, but they do not go together; `errors` says which to change or to leave out."""

    kind, title = "return-fields-do-not-go-together", "This does not go together"

    def __init__(self, wrong: Mapping[str, str]) -> None:
        told = [{"pointer": f"/{name}", "detail": why} for name, why in wrong.items()]
        super().__init__("; ".join(wrong.values()), errors=told)


class ReturnsQuery(PageQuery):
    examples = {**PageQuery.examples, "state": "held", "order": ""}

    state = serializers.ChoiceField(choices=ReturnState.choices, required=False)
    order = serializers.CharField(required=False, max_length=64, allow_blank=True)


class ReturnsOut(StrictSerializer):
    items = DeskReturnOut(many=True)
    next = serializers.CharField(allow_null=True)


class DeskLineIn(ReturnedLineIn):
    part = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="sku, where a bundle comes back in part"
    )


class CardBackIn(StrictSerializer):
    line_id = serializers.CharField(max_length=64)
    number = serializers.CharField(max_length=64)
    pin = serializers.CharField(max_length=16, required=False, default="", allow_blank=True)


class OpenReturnIn(StrictSerializer):
    order_number = serializers.CharField(max_length=64)
    lines = serializers.ListField(child=DeskLineIn(), required=False, max_length=500, default=list)
    gift_card = CardBackIn(required=False, help_text="a card that the order sold, unspent; then nothing else counts")
    kind = serializers.ChoiceField(choices=ReturnKind.choices, required=False, default=ReturnKind.RETURN)
    reason = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    node = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)
    goodwill = MoneyField(required=False, least=1, help_text="for kind goodwill: how much, tax and all")
    waive_policy = serializers.BooleanField(required=False, default=False, help_text="leave out window and condition")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A goodwill is money without goods; every other kind is of goods."""
        wrong = {}
        if attrs["kind"] == ReturnKind.GOODWILL:
            if attrs["lines"]:
                wrong["lines"] = "A goodwill is of no goods: leave the lines out, or open a return."
            if "goodwill" not in attrs:
                wrong["goodwill"] = "Say how much the customer gets."
        else:
            if not attrs["lines"] and attrs["kind"] != ReturnKind.CHANNEL_REFUND and "gift_card" not in attrs:
                wrong["lines"] = "Name at least one line and how many units of it come back."
            if "goodwill" in attrs and attrs["lines"]:
                wrong["goodwill"] = "Open the goodwill by itself, of kind goodwill."
        if wrong:
            raise NotTogether(wrong)
        return attrs


class WhyIn(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class CameIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    units = serializers.IntegerField(min_value=1, max_value=1_000_000)
    line_id = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    condition = serializers.ChoiceField(choices=CONDITIONS, required=False, default="new")
    serial = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    suspect = serializers.ChoiceField(
        choices=Suspicion.choices, required=False, default="", help_text="into the fraud queue, not paid for meanwhile"
    )


class ReceiveGoodsIn(StrictSerializer):
    node = serializers.CharField(max_length=32)
    lines = serializers.ListField(child=CameIn(), allow_empty=False, max_length=500)


class InspectIn(StrictSerializer):
    receipt = serializers.CharField(max_length=200)
    position = serializers.IntegerField(min_value=1)
    disposition = serializers.ChoiceField(choices=[d for d in Disposition.choices if d[0] != Disposition.PENDING])
    value = MoneyField(required=False, help_text="of goods that are refurbished: what they are still worth")
    suspect = serializers.ChoiceField(
        choices=Suspicion.choices, required=False, allow_blank=True,
        help_text="with quarantine: into the fraud queue; empty: another person clears the suspicion",
    )  # fmt: skip

    supplier = serializers.CharField(
        max_length=120, required=False, default="", allow_blank=True,
        help_text="with vendor_return: to whom; the debit note names them",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("supplier") and attrs["disposition"] != Disposition.VENDOR_RETURN:
            raise NotTogether({"supplier": "Only goods that go back to a supplier name one: say vendor_return."})
        if attrs.get("suspect") and attrs["disposition"] != Disposition.QUARANTINE:
            raise NotTogether({"disposition": "What is suspect is set aside: say quarantine."})
        if "value" in attrs and attrs["disposition"] != Disposition.REFURBISH:
            raise NotTogether({"value": "Only goods that are refurbished get a value; leave it out."})
        return attrs


class SupplierAnswerIn(StrictSerializer):
    answer = serializers.ChoiceField(choices=["accepted", "refused"])
    reference = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="of the supplier's own credit note"
    )
    reason = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True, help_text="why they are refused"
    )
    goods = serializers.ChoiceField(
        choices=GoodsAfterRefusal.choices, required=False, help_text="of a refusal: where the goods are now"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refused = attrs["answer"] == "refused"
        if refused and not (attrs.get("goods") and attrs["reason"]):
            raise NotTogether({"goods": "Of a refusal say why, and where the goods are now."})
        if not refused and (attrs.get("goods") or attrs["reason"]):
            raise NotTogether({"answer": "A supplier who accepts gives no reason and sends nothing back."})
        return attrs


class RefundOtherwiseIn(StrictSerializer):
    refund = serializers.UUIDField()
    way = serializers.ChoiceField(choices=_WAYS)
    account = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
