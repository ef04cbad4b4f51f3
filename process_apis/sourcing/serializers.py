"""How a sourcing decision looks from outside."""

from typing import Any

from rest_framework import serializers

from process_apis.sourcing.models import SourcingDecision
from retail_platform.kernel.serializers import StrictSerializer


class ChosenOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField(help_text="of a bundle, its part")
    node = serializers.CharField()
    units = serializers.IntegerField()


class RuleOut(StrictSerializer):
    rule = serializers.CharField()
    weight = serializers.IntegerField()
    order = serializers.IntegerField(help_text="lower orders decide first")


class CandidateOut(StrictSerializer):
    nodes = serializers.ListField(child=serializers.CharField())
    points = serializers.DictField(child=serializers.IntegerField(), help_text="by rule; the fewer, the better")
    lost = serializers.CharField(allow_blank=True, help_text="why it was not chosen; empty: it was")


class LeftOutOut(StrictSerializer):
    node = serializers.CharField()
    because = serializers.CharField()


class DecisionOut(StrictSerializer):
    order_number = serializers.CharField()
    channel = serializers.CharField()
    at = serializers.DateTimeField()
    attempt = serializers.IntegerField(help_text="how often we looked; other baskets may have been faster")
    chosen = ChosenOut(many=True)
    rules = RuleOut(many=True, help_text="those in force at that moment")
    considered = serializers.IntegerField(help_text="combinations of nodes that could have sent all of it")
    candidates = CandidateOut(
        many=True, help_text="the best of them, the chosen one first, and nodes that lack something"
    )
    left_out = LeftOutOut(many=True, help_text="nodes that have some of it but may not send it")


def shown(row: SourcingDecision) -> dict[str, Any]:
    """A decision as `DecisionOut` says."""
    told = row.explanation
    left_out = [{"node": node, "because": because} for node, because in sorted(told["left_out"].items())]
    kept = {name: getattr(row, name) for name in ("order_number", "channel", "at", "attempt", "chosen")}
    return {**kept, **told, "left_out": left_out}
