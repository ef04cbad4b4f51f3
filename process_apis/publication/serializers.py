"""How publication looks from outside."""

from rest_framework import serializers

from process_apis.stock.faces.serializers import SKU
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer


class ChannelLagOut(StrictSerializer):
    channel = serializers.CharField()
    connection = serializers.CharField()
    skus = serializers.IntegerField(help_text="how many the channel has been told of")
    waiting = serializers.IntegerField(help_text="how many changed since")
    oldest_waiting_s = serializers.FloatField(help_text="age of the oldest change the channel has not heard of")
    p50_s = serializers.FloatField(allow_null=True, help_text="from change to channel told, last ten minutes")
    p95_s = serializers.FloatField(allow_null=True)
    longest_s = serializers.FloatField(allow_null=True)
    refused = serializers.IntegerField(help_text="skus the shop does not take; each has a case")
    conflicts = serializers.IntegerField(help_text="levels that the shop had changed by itself when we told ours")
    drifted = serializers.IntegerField(help_text="skus of which the nightly pass found another number in the shop")
    told = serializers.IntegerField(help_text="levels told in all")
    failures = serializers.IntegerField(help_text="calls that failed in a row")
    last_fault = serializers.CharField(allow_blank=True)
    retry_at = serializers.DateTimeField(allow_null=True)
    last_told_at = serializers.DateTimeField(allow_null=True)
    full_at = serializers.DateTimeField(allow_null=True, help_text="when every sku was last compared")
    full_due_at = serializers.DateTimeField()


class ChannelLagsOut(StrictSerializer):
    items = ChannelLagOut(many=True)


class LevelsQuery(PageQuery):
    channel = serializers.CharField(max_length=64, required=False)
    sku = serializers.RegexField(SKU, max_length=64, required=False)
    examples = {**PageQuery.examples, "channel": "shop", "sku": "SKU-00001"}


class LevelOut(StrictSerializer):
    channel = serializers.CharField()
    sku = serializers.CharField()
    wanted = serializers.IntegerField(allow_null=True, help_text="what it may sell now")
    told = serializers.IntegerField(allow_null=True, help_text="what it was last told, and took")
    told_at = serializers.DateTimeField(allow_null=True)
    shown = serializers.IntegerField(allow_null=True, help_text="what its shop shows; null: to be asked")
    dirty_since = serializers.DateTimeField(allow_null=True, help_text="the oldest change it has not heard of")
    problem = serializers.CharField(allow_blank=True)


class LevelsOut(StrictSerializer):
    items = LevelOut(many=True)
    next = serializers.CharField(allow_null=True)
