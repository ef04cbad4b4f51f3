"""What the warehouse's REST face takes and answers."""

from rest_framework import serializers

from retail_platform.kernel.serializers import StrictSerializer


class NodeQuery(StrictSerializer):
    node = serializers.CharField(max_length=32, help_text="the warehouse or store, for example WH-1")
    examples = {"node": "WH-1"}


class OrderQuery(StrictSerializer):
    order = serializers.CharField(max_length=64, help_text="our order number, for example DEMO-1001")
    examples = {"order": "DEMO-1001"}


class CountOut(StrictSerializer):
    sku = serializers.CharField()
    node = serializers.CharField()
    on_hand = serializers.IntegerField()


class CountsOut(StrictSerializer):
    node = serializers.CharField()
    watermark = serializers.IntegerField(help_text="the last movement that is inside these counts")
    taken_at = serializers.DateTimeField()
    levels = CountOut(many=True)


class ParcelLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()


class ParcelOut(StrictSerializer):
    shipment_id = serializers.CharField()
    order_number = serializers.CharField()
    node = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    lines = ParcelLineOut(many=True)
    dispatched_at = serializers.DateTimeField()


class ParcelsOut(StrictSerializer):
    order = serializers.CharField()
    shipments = ParcelOut(many=True)
