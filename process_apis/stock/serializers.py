"""How the stock book looks from outside."""

from rest_framework import serializers

from canonical.stock import MovementReason
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer


class StockQuery(PageQuery):
    sku = serializers.CharField(max_length=64, required=False)
    node = serializers.CharField(max_length=32, required=False)
    examples = {**PageQuery.examples, "sku": "SKU-00001", "node": "WH-1"}


class PositionOut(StrictSerializer):
    sku = serializers.CharField()
    node = serializers.CharField()
    on_hand = serializers.IntegerField(help_text="the sum of all movements")
    reserved = serializers.IntegerField(help_text="promised to orders and still there")
    updated_at = serializers.DateTimeField()


class PositionsOut(StrictSerializer):
    items = PositionOut(many=True)
    next = serializers.CharField(allow_null=True)


class MovementOut(StrictSerializer):
    key = serializers.CharField(help_text="the natural key: the same movement told twice counts once")
    sku = serializers.CharField()
    node = serializers.CharField()
    units = serializers.IntegerField()
    reason = serializers.CharField(help_text=", ".join(MovementReason))
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not DRF's attribute
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    correlation_id = serializers.CharField(allow_blank=True)


class MovementsOut(StrictSerializer):
    items = MovementOut(many=True)
    next = serializers.CharField(allow_null=True)


class ReservationOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    node = serializers.CharField()
    units = serializers.IntegerField()
    consumed = serializers.IntegerField(help_text="how many of them have left")
    state = serializers.CharField()
