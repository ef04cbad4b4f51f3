"""How a storefront places an order: lines, who buys, where it goes, what pays."""

from typing import Any

from rest_framework import serializers

from experience_apis.order_status.models import ShopperState
from process_apis.orders.belonging import complaints
from retail_platform.kernel.serializers import MoneyField, StrictSerializer

MOST_LINES, MOST_UNITS, MOST_TENDERS = 100, 1000, 10


class LineIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    belongs_to = serializers.CharField(
        required=False, max_length=64, help_text="of gift wrap or a fee: the place, from 1, of the line it is for"
    )


class CustomerIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)


class AddressIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    city = serializers.CharField(max_length=200)
    postcode = serializers.CharField(max_length=20)
    region = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}\Z", help_text="ISO 3166-1 alpha-2, in capitals")
    latitude = serializers.DecimalField(
        max_digits=9,
        decimal_places=6,
        min_value=-90,
        max_value=90,
        required=False,
        help_text="degrees, with longitude: lets a node nearby send it",
    )
    longitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-180, max_value=180, required=False, help_text="degrees"
    )


class PaymentIn(StrictSerializer):
    kind = serializers.ChoiceField(choices=["card", "wallet"])
    token = serializers.CharField(max_length=255, help_text="what the payment provider gave you for card or wallet")


class TenderIn(StrictSerializer):
    kind = serializers.RegexField(
        r"^[a-z_]{1,32}\Z", help_text="card, wallet, gift_card, store_credit, loyalty, cash_on_delivery ..."
    )
    token = serializers.CharField(
        max_length=255, required=False, help_text="what the payment provider gave you for card or wallet"
    )
    number = serializers.CharField(max_length=40, required=False, help_text="of the gift card or account")
    pin = serializers.CharField(max_length=12, required=False, help_text="of the gift card, where it has one")
    amount = MoneyField(
        least=1, required=False, help_text="left out: what the others leave, of a gift card as much as is on it"
    )


class FulfilmentIn(StrictSerializer):
    method = serializers.ChoiceField(choices=["ship", "pickup"])
    node = serializers.CharField(
        max_length=32, required=False, help_text="of a pickup: the store that hands it over, see pickup-options"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["method"] == "pickup" and "node" not in attrs:
            raise serializers.ValidationError({"node": ["Name the store to collect it at."]})
        if attrs["method"] == "ship" and "node" in attrs:
            raise serializers.ValidationError({"node": ["We choose who sends it; name a store for a pickup only."]})
        return attrs


class PlaceOrderIn(StrictSerializer):
    channel = serializers.CharField(max_length=64)
    lines: Any = serializers.ListSerializer(child=LineIn(), allow_empty=False, max_length=MOST_LINES)
    customer = CustomerIn()
    ship_to = AddressIn()
    payment = PaymentIn(required=False, help_text="one means of payment for all of it")
    payments: Any = serializers.ListSerializer(
        child=TenderIn(),
        required=False,
        allow_empty=False,
        max_length=MOST_TENDERS,
        help_text="several means of payment that come to the total; none of either where there is nothing to pay",
    )
    fulfilment = FulfilmentIn(
        required=False,
        help_text="without it the order is sent. A pickup costs no shipping; its `ship_to` is the buyer's address, "
        "which decides the tax, and where the goods go if the store cannot hand them over",
    )
    cart_reference = serializers.CharField(
        max_length=120,
        required=False,
        help_text="your own name of the cart; one cart becomes one order, under whatever Idempotency-Key",
    )
    expected_total = MoneyField(
        required=False, help_text="what you showed the buyer; another total is refused rather than charged"
    )
    not_together = ("payment", "payments")

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if any(wrong := complaints([line.get("belongs_to", "") for line in lines])):
            raise serializers.ValidationError(wrong)
        return lines


class PlacedOut(StrictSerializer):
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=ShopperState.choices)
    status_url = serializers.CharField(help_text="follow the order here; the same as the Location header")
    total = MoneyField()
    placed_at = serializers.DateTimeField()
