"""How a cancellation is asked for and shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from process_apis.minor_units import MinorField
from process_apis.orders.models import AskedBy, CancellationState
from retail_platform.kernel.serializers import StrictSerializer


class CancelledLineIn(StrictSerializer):
    line_id = serializers.CharField(max_length=64)
    units = serializers.IntegerField(min_value=1, max_value=1_000_000)


class CancelledLineOut(StrictSerializer):
    line_id = serializers.CharField(source="line.line_id")
    units = serializers.IntegerField(help_text="asked for")
    cancelled = serializers.IntegerField(help_text="of those, cancelled")


class CancellationOut(StrictSerializer):
    id = serializers.UUIDField()
    order_number = serializers.CharField(source="order.number")
    state = serializers.ChoiceField(choices=CancellationState.choices)
    asked_by = serializers.ChoiceField(choices=AskedBy.choices)
    reason = serializers.CharField(allow_blank=True)
    lines = CancelledLineOut(many=True)
    refused_because = serializers.CharField(allow_blank=True, help_text="why not all of it could be cancelled")
    refund = MinorField(
        "refund_minor", currency="order.currency", help_text="given back for a part; see the order for all of it"
    )
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True, help_text="when all that follows from it was through")


def units_of(lines: Sequence[Mapping[str, Any]] | None) -> dict[str, int] | None:
    """Units by line_id; a line named twice counts together. None where no lines were named."""
    if lines is None:
        return None
    units: Counter[str] = Counter()
    for line in lines:
        units[line["line_id"]] += line["units"]
    return dict(units)
