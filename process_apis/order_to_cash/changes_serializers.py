"""How a service desk changes an order."""

from typing import Any

from rest_framework import serializers

from process_apis.orders.cancellation_serializers import CancellationOut, CancelledLineIn
from process_apis.orders.models import AskedBy
from retail_platform.kernel.serializers import StrictSerializer

DESK = [AskedBy.CUSTOMER, AskedBy.FRAUD, AskedBy.STOCK, AskedBy.SERVICE]


class CancelOrderIn(StrictSerializer):
    lines: Any = serializers.ListSerializer(
        child=CancelledLineIn(), required=False, allow_empty=False, max_length=500,
        help_text="units of these lines; left out: all that has not left",
    )  # fmt: skip
    asked_by = serializers.ChoiceField(choices=[each.value for each in DESK], default=AskedBy.SERVICE.value)
    reason = serializers.CharField(max_length=500)


class CancellationsOut(StrictSerializer):
    items = CancellationOut(many=True)


class ShipToIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    city = serializers.CharField(max_length=200)
    postcode = serializers.CharField(max_length=20)
    region = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}\Z", help_text="as it is: another country is taxed differently")


class SendFromIn(StrictSerializer):
    line_id = serializers.CharField(max_length=64)
    node = serializers.CharField(
        max_length=32, help_text="which node is to send what of the line is promised elsewhere"
    )


class EditOrderIn(StrictSerializer):
    ship_to = ShipToIn(required=False)
    send_from: Any = serializers.ListSerializer(child=SendFromIn(), required=False, allow_empty=False, max_length=100)


class ReleaseHoldIn(StrictSerializer):
    reason = serializers.CharField(max_length=500, help_text="why it is no fraud")
