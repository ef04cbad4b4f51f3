"""What is sent to exchange goods, and how an exchange is shown."""

from rest_framework import serializers

from process_apis.minor_units import MinorField
from process_apis.returns.serializers import ReturnedLineIn
from retail_platform.kernel.serializers import MoneyField, StrictSerializer


class WantedIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)


class OnTopIn(StrictSerializer):
    kind = serializers.RegexField(r"^[a-z_]{1,32}$", help_text="kind of tender, for example card")
    token = serializers.CharField(max_length=255)


class OpenExchangeIn(StrictSerializer):
    order_number = serializers.CharField(max_length=64)
    lines = serializers.ListField(child=ReturnedLineIn(), allow_empty=False, max_length=500)
    wanted = serializers.ListField(child=WantedIn(), allow_empty=False, max_length=500)
    channel = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="whose prices count; empty: the order's"
    )
    node = serializers.CharField(
        max_length=32, required=False, default="", allow_blank=True,
        help_text="store whose counter takes and gives; empty: the new goods are sent",
    )  # fmt: skip
    payment = OnTopIn(required=False, help_text="for what the new goods cost more")
    reason = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    waive_policy = serializers.BooleanField(required=False, default=False, help_text="leave out window and condition")


class TicketLineIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=-100_000, max_value=100_000, help_text="below zero: it came back")
    unit_price = MoneyField(help_text="of one, after discount, with tax")
    line_id = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    condition = serializers.ChoiceField(choices=["new", "opened", "worn", "damaged"], required=False, default="new")


class TicketIn(StrictSerializer):
    store = serializers.CharField(max_length=32)
    till = serializers.CharField(max_length=32)
    number = serializers.CharField(max_length=64)
    business_date = serializers.DateField()
    sale = serializers.CharField(max_length=64, help_text="the order that came back, or its receipt")
    lines = serializers.ListField(child=TicketLineIn(), allow_empty=False, max_length=500)
    net = MoneyField(least=-(10**15), help_text="what the customer paid on top; below zero: what they were paid")
    paid_with = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)
    staff = serializers.CharField(max_length=160)


class ExchangeOut(StrictSerializer):
    return_number = serializers.CharField(source="parent.number")
    order_number = serializers.CharField(allow_blank=True, help_text="of the new goods; empty until they are ordered")
    brings = MinorField("agreed_minor", currency="parent.currency", help_text="what came back is worth")
    costs = MinorField("total_minor", help_text="what the new goods cost")
    node = serializers.CharField(allow_blank=True)
    handed_over = serializers.BooleanField()
    called_off = serializers.CharField(allow_blank=True)
