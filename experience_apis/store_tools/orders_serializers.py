"""How a till orders for a customer what the store has not got."""

from typing import Any

from rest_framework import serializers

from retail_platform.kernel.serializers import MoneyField, StrictSerializer


class TillItemIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=1000)


class TillCustomerIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)


class TillAddressIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    city = serializers.CharField(max_length=200)
    postcode = serializers.CharField(max_length=20)
    region = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}\Z", help_text="ISO 3166-1 alpha-2, in capitals")


class TakenIn(StrictSerializer):
    kind = serializers.RegexField(r"^[a-z_]{1,32}\Z", help_text="till_cash or till_card")
    amount = MoneyField(least=1, required=False, help_text="left out: what the others leave")


class TillOrderIn(StrictSerializer):
    receipt = serializers.CharField(max_length=80, help_text="its number at this store; one receipt is one order")
    staff = serializers.CharField(max_length=120, help_text="who sold it: your own id of the person")
    channel = serializers.CharField(max_length=64, required=False, default="till", help_text="whose prices are asked")
    items: Any = serializers.ListSerializer(child=TillItemIn(), allow_empty=False, max_length=100)
    customer = TillCustomerIn()
    address = TillAddressIn(help_text="where it goes; of a pickup the customer's own, which decides the tax")
    collect_at = serializers.CharField(required=False, max_length=32, help_text="a store; left out: it is sent")
    taken: Any = serializers.ListSerializer(
        child=TakenIn(), required=False, allow_empty=False, max_length=10, help_text="what the till has taken for it"
    )


class TillPlacedOut(StrictSerializer):
    number = serializers.CharField()
    receipt = serializers.CharField()
    state = serializers.CharField()
    total = MoneyField()
    placed_at = serializers.DateTimeField()
