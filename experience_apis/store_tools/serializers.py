"""What the store tools' REST face takes and answers about goods to be had at a counter."""

from typing import Any

from rest_framework import serializers

from experience_apis.store_tools.counters import CounterState
from retail_platform.kernel.serializers import StrictSerializer

MOST_SKUS, MOST_STORES = 50, 50


class StoreQuery(StrictSerializer):
    sku = serializers.ListField(
        child=serializers.CharField(max_length=64),
        min_length=1,
        max_length=MOST_SKUS,
        help_text=f"what to look up; repeat the parameter for up to {MOST_SKUS} of them",
    )
    examples: dict[str, Any] = {"sku": ["SKU-00001", "SKU-00002"]}


class PickupQuery(StoreQuery):
    channel = serializers.CharField(max_length=64, help_text="the channel that asks, for example web")
    near = serializers.RegexField(
        r"^-?\d{1,2}(\.\d{1,12})?,-?\d{1,3}(\.\d{1,12})?\Z",
        required=False,
        help_text="latitude and longitude in degrees; the nearest stores come first",
    )
    limit = serializers.IntegerField(
        required=False, default=20, min_value=1, max_value=MOST_STORES, help_text="how many stores"
    )
    examples = {"sku": ["SKU-00001", "SKU-00002"], "near": "52.52,13.40", "channel": "web", "limit": 20}

    def validate_near(self, text: str) -> tuple[float, float]:
        latitude, longitude = (float(part) for part in text.split(","))
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise serializers.ValidationError("This is no place on earth: latitude is within 90, longitude within 180.")
        return latitude, longitude


class SpanOut(StrictSerializer):
    opens = serializers.DateTimeField()
    closes = serializers.DateTimeField()


class UnitsOut(StrictSerializer):
    sku = serializers.CharField()
    available = serializers.IntegerField(help_text="units here that can be had")


class CounterOut(StrictSerializer):
    node = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(
        choices=CounterState.choices,
        help_text="offline: its tills cannot be reached; stale: it has told us nothing for too long. Its figures are "
        "the last we heard then",
    )
    time_zone = serializers.CharField()
    opening_hours_today = SpanOut(many=True, help_text="empty: closed all day")
    heard_at = serializers.DateTimeField(allow_null=True, help_text="when the store last told us anything; null: never")
    distance_m = serializers.IntegerField(allow_null=True, help_text="as the crow flies; null: a place is unknown")
    ready_from = serializers.DateTimeField(
        allow_null=True, help_text="when goods asked for now can be collected; null: nobody can say"
    )
    until = serializers.DateTimeField(allow_null=True, help_text="when the counter closes after that; null: never")
    today = serializers.BooleanField(help_text="ready before the store's day ends")


class StoreOptionOut(CounterOut):
    has_all = serializers.BooleanField(help_text="at least one unit of all goods asked for")
    items = UnitsOut(many=True, help_text="one for each sku asked for, in that order; gift wrap and fees lie nowhere")


class PickupOptionsOut(StrictSerializer):
    channel = serializers.CharField()
    as_of = serializers.DateTimeField(help_text="when the stock book was read")
    stores = StoreOptionOut(
        many=True, help_text="with everything first, then by distance, then by ready time; last those offline"
    )


class StoreAvailabilityOut(StrictSerializer):
    as_of = serializers.DateTimeField(help_text="when the stock book was read")
    store = StoreOptionOut()
    nearby = StoreOptionOut(many=True, help_text="other stores that have any of it, like pickup options")
