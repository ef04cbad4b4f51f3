"""How a business customer orders: by account and purchase order, positions with days of their own, on invoice."""

from typing import Any

from rest_framework import serializers

from experience_apis.storefront.placing_serializers import MOST_LINES, MOST_UNITS, AddressIn
from retail_platform.kernel.serializers import MoneyField, StrictSerializer


class PositionIn(StrictSerializer):
    item = serializers.CharField(max_length=64, help_text="our sku")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    deliver_on = serializers.DateField(required=False, help_text="when you want it; positions may differ")


class ContactIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)


class TradeOrderIn(StrictSerializer):
    channel = serializers.CharField(max_length=64)
    account = serializers.CharField(max_length=120, help_text="your customer number with us")
    purchase_order = serializers.CharField(max_length=64, help_text="your own number of it; one number is one order")
    contact = ContactIn()
    deliver_to = AddressIn()
    positions: Any = serializers.ListSerializer(child=PositionIn(), allow_empty=False, max_length=MOST_LINES)


class TradePlacedOut(StrictSerializer):
    number = serializers.CharField()
    purchase_order = serializers.CharField()
    state = serializers.CharField()
    status_url = serializers.CharField()
    net = MoneyField(help_text="of goods and shipping; tax comes on top, as the status shows a moment later")
    placed_at = serializers.DateTimeField()
