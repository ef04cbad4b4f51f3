"""What a storefront asks of skus, and what it is told: what can be had, and for how much."""

from rest_framework import serializers

from experience_apis.availability.fragment import UNKNOWN
from experience_apis.availability.models import AvailabilityStatus
from retail_platform.kernel.serializers import MoneyField, StrictSerializer

MOST_SKUS = 200


class SkusQuery(StrictSerializer):
    sku = serializers.ListField(
        child=serializers.CharField(max_length=64),
        min_length=1,
        max_length=MOST_SKUS,
        help_text="what to look up; repeat the parameter for up to 200 of them",
    )
    channel = serializers.CharField(max_length=64, help_text="the channel that asks, for example web")
    examples = {"sku": ["SKU-00001", "SKU-00002"], "channel": "web"}


class NodeAvailabilityOut(StrictSerializer):
    code = serializers.CharField()
    name = serializers.CharField()
    available = serializers.IntegerField(help_text="what this channel may sell from here")


class PromiseOut(StrictSerializer):
    date = serializers.DateField(help_text="the earliest day on which it can leave or be collected")
    basis = serializers.ChoiceField(
        choices=["in stock", "in transit", "on order", "backorder"],
        help_text="what the day rests on: goods that are there, on their way, ordered for us, or usual times",
    )


class ItemAvailabilityOut(StrictSerializer):
    sku = serializers.CharField()
    status = serializers.ChoiceField(
        choices=[*AvailabilityStatus.values, UNKNOWN],
        help_text="service: ordered along with goods, and never runs out; unknown: this channel does not sell it",
    )
    available = serializers.IntegerField(help_text="what this channel may sell, in all nodes together")
    nodes = NodeAvailabilityOut(many=True, help_text="nodes that have some, best first")
    promise = PromiseOut(allow_null=True, help_text="null: nobody knows when there is any again")
    pickup = serializers.ListField(
        child=serializers.CharField(), help_text="codes of the nodes where it can still be collected today"
    )


class AvailabilityOut(StrictSerializer):
    channel = serializers.CharField()
    as_of = serializers.DateTimeField(help_text="every change of stock until then is in these figures")
    age_ms = serializers.IntegerField(help_text="how far behind this moment that is")
    items = ItemAvailabilityOut(many=True, help_text="one for each sku asked for, in that order")


class ItemPriceOut(StrictSerializer):
    sku = serializers.CharField()
    status = serializers.ChoiceField(
        choices=["on_sale", UNKNOWN], help_text="unknown: this channel does not sell it, so it has no price"
    )
    title = serializers.CharField(allow_blank=True)
    price = MoneyField(allow_null=True, help_text="for one unit")


class PricesOut(StrictSerializer):
    channel = serializers.CharField()
    taxes_included = serializers.BooleanField()
    items = ItemPriceOut(many=True, help_text="one for each sku asked for, in that order")
