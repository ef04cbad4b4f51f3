"""How the figures of channels look from outside, with the terms they are made of."""

from rest_framework import serializers

from retail_platform.kernel.serializers import StrictSerializer


class TermOut(StrictSerializer):
    name = serializers.CharField()
    units = serializers.IntegerField()


class NodeFigureOut(StrictSerializer):
    node = serializers.CharField()
    units = serializers.IntegerField(help_text="what the channel may sell from here; 0 where the node is excluded")
    may_ship = serializers.BooleanField()
    may_pick_up = serializers.BooleanField()
    excluded_because = serializers.CharField(allow_blank=True)
    terms = TermOut(many=True, help_text="they add up to what is there for this channel; below zero counts as zero")


class ExpectedOut(StrictSerializer):
    date = serializers.DateField()
    basis = serializers.CharField()


class ChannelFigureOut(StrictSerializer):
    channel = serializers.CharField()
    available = serializers.IntegerField()
    on_backorder = serializers.IntegerField(help_text="what may be ordered beyond it")
    promise = ExpectedOut(allow_null=True)
    terms = TermOut(many=True, help_text="from the sum of all nodes to what is shown")
    nodes = NodeFigureOut(many=True)


class ChannelsOut(StrictSerializer):
    sku = serializers.CharField()
    channels = ChannelFigureOut(many=True)
