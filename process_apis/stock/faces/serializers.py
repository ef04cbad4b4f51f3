"""How the stock book looks from outside."""

from rest_framework import serializers

from canonical.quantity import KNOWN_UNITS
from canonical.stock import MovementReason, StockState
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer

SKU, NODE = r"^[A-Za-z0-9][A-Za-z0-9._/\-]*$", r"^[A-Za-z0-9][A-Za-z0-9._\-]*$"


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


class MovementIn(StrictSerializer):
    key = serializers.CharField(max_length=200, help_text="names this movement for ever: told again, it counts once")
    sku = serializers.RegexField(SKU, max_length=64)
    node = serializers.RegexField(NODE, max_length=32)
    units = serializers.IntegerField(
        min_value=-1_000_000_000, max_value=1_000_000_000, help_text="below zero: they left"
    )
    unit = serializers.ChoiceField(choices=sorted(KNOWN_UNITS), required=False, help_text="default: the product's own")
    state = serializers.ChoiceField(choices=[state.value for state in StockState], default="on_hand")
    reason = serializers.ChoiceField(choices=[reason.value for reason in MovementReason])
    source = serializers.CharField(max_length=64, help_text="the system that says so")  # type: ignore[assignment]
    sequence = serializers.IntegerField(required=False, min_value=0, max_value=2**62, help_text="the source's number")
    occurred_at = serializers.DateTimeField()


class MovementsIn(StrictSerializer):
    movements = MovementIn(many=True, min_length=1, max_length=1000)  # type: ignore[call-arg]  # DRF hands them on


class OutcomeOut(StrictSerializer):
    key = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["applied", "known", "set_aside"])
    rule = serializers.CharField(allow_blank=True, help_text="what it breaks, when it was set aside")
    detail = serializers.CharField(allow_blank=True, help_text="what to do about it")
    field = serializers.CharField(allow_blank=True, help_text="the field that is wrong")


class OutcomesOut(StrictSerializer):
    applied = serializers.IntegerField()
    set_aside = serializers.IntegerField()
    items = OutcomeOut(many=True)


class ExplainedStateOut(StrictSerializer):
    state = serializers.CharField()
    units = serializers.IntegerField()
    owner = serializers.CharField(help_text="the one source that writes this state; us for promises")


class ExplainedOut(StrictSerializer):
    sku = serializers.CharField()
    node = serializers.CharField()
    free = serializers.IntegerField(help_text="what can still be promised")
    formula = serializers.CharField(help_text="how free follows from the states, with its numbers")
    states = ExplainedStateOut(many=True)
    counted_by = serializers.CharField(allow_blank=True)
    counted_at = serializers.DateTimeField(allow_null=True)
    latest = MovementOut(many=True)


class ExplanationOut(StrictSerializer):
    sku = serializers.CharField()
    nodes = ExplainedOut(many=True)
