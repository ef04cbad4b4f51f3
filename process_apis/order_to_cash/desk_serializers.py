"""How a service desk places an order for a customer."""

from typing import Any

from rest_framework import serializers

from process_apis.order_to_cash.changes_serializers import ShipToIn
from process_apis.orders.belonging import complaints
from retail_platform.kernel.serializers import MoneyField, StrictSerializer

MOST_LINES, MOST_UNITS, MOST_TENDERS = 100, 1000, 10


class DeskOrderLineIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    unit_price = MoneyField(required=False, least=0, help_text="agreed by hand; left out: what the channel asks")
    discount = MoneyField(required=False, least=0, help_text="for all units of the line")
    promotion = serializers.CharField(
        required=False, max_length=64, help_text="what all of the discount is of: a code under Money, Promotions"
    )
    contract = serializers.CharField(required=False, max_length=64, help_text="the subscription that the line renews")
    wanted_on = serializers.DateField(required=False, help_text="when the customer wants it")
    belongs_to = serializers.CharField(
        required=False, max_length=64, help_text="of gift wrap or a fee: the place, from 1, of the line it is for"
    )


class DeskOrderCustomerIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)
    reference = serializers.CharField(required=False, max_length=120, help_text="the customer's number with us")


class DeskOrderTenderIn(StrictSerializer):
    kind = serializers.RegexField(r"^[a-z_]{1,32}\Z", help_text="card, gift_card, cash_on_delivery, invoice_terms ...")
    token = serializers.CharField(max_length=255, required=False, help_text="of a card or wallet")
    number = serializers.CharField(max_length=40, required=False, help_text="of a gift card or account")
    pin = serializers.CharField(max_length=12, required=False)
    amount = MoneyField(least=1, required=False, help_text="left out: what the others leave")


class DeskOrderIn(StrictSerializer):
    channel = serializers.CharField(max_length=64, help_text="under whose prices and name it is sold")
    operator = serializers.CharField(max_length=120, help_text="who places it: your own id of the person")
    lines: Any = serializers.ListSerializer(child=DeskOrderLineIn(), allow_empty=False, max_length=MOST_LINES)
    customer = DeskOrderCustomerIn()
    ship_to = ShipToIn()
    payments: Any = serializers.ListSerializer(
        child=DeskOrderTenderIn(), required=False, allow_empty=False, max_length=MOST_TENDERS,
        help_text="what comes to the total; left out where there is nothing to pay",
    )  # fmt: skip
    pickup_node = serializers.CharField(required=False, max_length=32, help_text="the store to collect it at")
    purchase_order = serializers.CharField(required=False, max_length=64, help_text="the customer's own name of it")

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if any(wrong := complaints([line.get("belongs_to", "") for line in lines])):
            raise serializers.ValidationError(wrong)
        return lines
