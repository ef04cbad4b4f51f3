"""How transfers look from outside, and the examples of each stage."""

from typing import Any

from rest_framework import serializers

from process_apis.stock.faces import examples
from process_apis.stock.faces.serializers import NODE, SKU
from process_apis.stock.models import Transfer, TransferState
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer

REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._\-]*$"


class MovedLineIn(StrictSerializer):
    sku = serializers.RegexField(SKU, max_length=64)
    units = serializers.IntegerField(min_value=1, max_value=1_000_000)


class TransferIn(StrictSerializer):
    reference = serializers.RegexField(REFERENCE, max_length=64, help_text="your own name for it, given once")
    from_node = serializers.RegexField(NODE, max_length=32)
    to_node = serializers.RegexField(NODE, max_length=32)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    lines = MovedLineIn(many=True, min_length=1, max_length=500)  # type: ignore[call-arg]  # DRF hands them on


class ShipIn(StrictSerializer):
    at = serializers.DateTimeField(required=False, help_text="default: now")
    lines = MovedLineIn(many=True, required=False, max_length=500)  # type: ignore[call-arg]


class ReceiveIn(StrictSerializer):
    receipt = serializers.RegexField(
        REFERENCE, max_length=40, help_text="names this delivery: told again, it counts once"
    )
    at = serializers.DateTimeField(required=False, help_text="default: now")
    lines = MovedLineIn(many=True, min_length=1, max_length=500)  # type: ignore[call-arg]


class CloseIn(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class TransferLineOut(StrictSerializer):
    sku = serializers.CharField()
    units = serializers.IntegerField(help_text="planned")
    shipped = serializers.IntegerField()
    received = serializers.IntegerField()
    outstanding = serializers.IntegerField(help_text="on the way, or lost once it is closed")


class TransferOut(StrictSerializer):
    reference = serializers.CharField()
    from_node = serializers.CharField()
    to_node = serializers.CharField()
    state = serializers.ChoiceField(choices=TransferState.values)
    due_on = serializers.DateField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    lines = serializers.SerializerMethodField()

    def get_lines(self, row: Transfer) -> list[dict[str, Any]]:
        return [dict(TransferLineOut(line).data) for line in row.lines.all()]


class TransferDocOut(TransferOut):
    lines = TransferLineOut(many=True)  # type: ignore[assignment]


class TransfersOut(StrictSerializer):
    items = TransferDocOut(many=True)
    next = serializers.CharField(allow_null=True)


class TransfersQuery(PageQuery):
    state = serializers.ChoiceField(choices=TransferState.values, required=False)
    examples = {**PageQuery.examples, "state": "shipped"}


LINES = [{"sku": examples.SKU, "units": 2}]
PLANNED = {
    "reference": examples.PLANNED, "from_node": examples.FROM, "to_node": examples.TO, "state": "planned",
    "due_on": "2026-03-04", "shipped_at": None, "closed_at": None,
    "lines": [{"sku": examples.SKU, "units": 2, "shipped": 0, "received": 0, "outstanding": 0}],
}  # fmt: skip
SHIPPED = {
    **PLANNED, "state": "shipped", "shipped_at": "2026-03-02T08:00:00Z",
    "lines": [{"sku": examples.SKU, "units": 2, "shipped": 2, "received": 0, "outstanding": 2}],
}  # fmt: skip
RECEIVED = {**SHIPPED, "lines": [{"sku": examples.SKU, "units": 2, "shipped": 2, "received": 1, "outstanding": 1}]}
CLOSED = {**RECEIVED, "state": "closed", "closed_at": "2026-03-06T08:00:00Z"}
