"""What the service desk sends about returns."""

from rest_framework import serializers

from process_apis.returns.models import Disposition, RefundWay, ReturnKind, ReturnState
from process_apis.returns.serializers import ReturnedLineIn, ReturnOut
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import MoneyField, StrictSerializer

_WAYS = [RefundWay.STORE_CREDIT.value, RefundWay.GIFT_CARD.value, RefundWay.TRANSFER.value, RefundWay.CASH.value]


class ReturnsQuery(PageQuery):
    examples = {**PageQuery.examples, "state": "held", "order": ""}

    state = serializers.ChoiceField(choices=ReturnState.choices, required=False)
    order = serializers.CharField(required=False, max_length=64, allow_blank=True)


class ReturnsOut(StrictSerializer):
    items = ReturnOut(many=True)
    next = serializers.CharField(allow_null=True)


class OpenReturnIn(StrictSerializer):
    order_number = serializers.CharField(max_length=64)
    lines = serializers.ListField(child=ReturnedLineIn(), required=False, max_length=500, default=list)
    kind = serializers.ChoiceField(choices=ReturnKind.choices, required=False, default=ReturnKind.RETURN)
    reason = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    node = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)
    goodwill = MoneyField(required=False, least=1, help_text="for kind goodwill: how much, tax and all")
    waive_policy = serializers.BooleanField(required=False, default=False, help_text="leave out window and condition")


class WhyIn(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class CameIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    units = serializers.IntegerField(min_value=1, max_value=1_000_000)
    line_id = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    condition = serializers.CharField(max_length=16, required=False, default="new")
    serial = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)


class ReceiveGoodsIn(StrictSerializer):
    node = serializers.CharField(max_length=32)
    lines = serializers.ListField(child=CameIn(), allow_empty=False, max_length=500)


class InspectIn(StrictSerializer):
    receipt = serializers.CharField(max_length=200)
    position = serializers.IntegerField(min_value=1)
    disposition = serializers.ChoiceField(choices=[d for d in Disposition.choices if d[0] != Disposition.PENDING])
    value = MoneyField(required=False, help_text="of goods marked down: what they are still worth")


class RefundOtherwiseIn(StrictSerializer):
    refund = serializers.UUIDField()
    way = serializers.ChoiceField(choices=_WAYS)
    account = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
