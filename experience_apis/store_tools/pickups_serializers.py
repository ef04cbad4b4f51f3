"""What the store tools' REST face takes and answers about pickups."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from process_apis.pickups import decisions
from process_apis.pickups.models import Pickup, PickupState, Proof, RejectReason
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer

MOST_LINES = 500


class PickupsQuery(PageQuery):
    state = serializers.ChoiceField(
        choices=PickupState.choices, required=False, help_text="without it, all that are still to be dealt with"
    )
    examples = {**PageQuery.examples, "state": "ready"}


class RejectionsQuery(StrictSerializer):
    days = serializers.IntegerField(required=False, default=30, min_value=1, max_value=366, help_text="how far back")
    examples = {"days": 30}


class PickupLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    units = serializers.IntegerField()
    picked = serializers.IntegerField()
    collected = serializers.IntegerField()
    min_age = serializers.IntegerField(help_text="an identity document has to show this age; 0: any")
    parts = serializers.DictField(child=serializers.IntegerField(), help_text="what to fetch for one unit, by sku")


class PickupOut(StrictSerializer):
    id = serializers.UUIDField()
    order_number = serializers.CharField()
    node = serializers.CharField()
    attempt = serializers.IntegerField(help_text="2 and more: another store said no before")
    state = serializers.ChoiceField(choices=PickupState.choices)
    allowed = serializers.ListField(child=serializers.CharField(), help_text="what can be done with it next")
    customer_name = serializers.CharField(allow_blank=True)
    lines = PickupLineOut(many=True)
    ready_by = serializers.DateTimeField(help_text="what the customer was told")
    overdue = serializers.BooleanField(help_text="the customer was told it would be ready by now")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="until when it is kept; null: not ready yet")
    arrived_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    collected_by = serializers.CharField(allow_blank=True)
    proof = serializers.ChoiceField(choices=Proof.choices, allow_blank=True)
    staff = serializers.CharField(allow_blank=True, help_text="who dealt with it last")
    reject_reason = serializers.ChoiceField(choices=RejectReason.choices, allow_blank=True)


class PickupsOut(StrictSerializer):
    items = PickupOut(many=True)
    next = serializers.CharField(allow_null=True)


class RejectionOut(StrictSerializer):
    node = serializers.CharField()
    reason = serializers.ChoiceField(choices=RejectReason.choices)
    count = serializers.IntegerField()


class RejectionsOut(StrictSerializer):
    since = serializers.DateTimeField()
    items = RejectionOut(many=True, help_text="the most frequent first")


class LineUnitsIn(StrictSerializer):
    line_id = serializers.CharField(max_length=64)
    units = serializers.IntegerField(min_value=0, max_value=1_000_000)


class StaffIn(StrictSerializer):
    staff = serializers.CharField(max_length=150, help_text="who does it: your own id of the person")


class PickIn(StaffIn):
    lines: Any = serializers.ListSerializer(
        child=LineUnitsIn(), required=False, max_length=MOST_LINES, help_text="how many were picked by now"
    )


class HandOverIn(StaffIn):
    code = serializers.CharField(required=False, max_length=12, help_text="the six digits the customer shows")
    id_checked = serializers.BooleanField(required=False, help_text="an identity document was checked instead")
    collected_by = serializers.CharField(
        required=False, max_length=200, help_text="who took it, if that is not the customer"
    )
    lines: Any = serializers.ListSerializer(
        child=LineUnitsIn(),
        required=False,
        allow_empty=False,
        max_length=MOST_LINES,
        help_text="what was taken, if not all: the rest is taken off the order and not charged",
    )


class RejectIn(StaffIn):
    reason = serializers.ChoiceField(choices=RejectReason.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


def shown(pickup: Pickup, *, now: datetime) -> Any:
    """A pickup as `PickupOut` says."""
    late = pickup.state in (PickupState.RESERVED, PickupState.PICKING) and pickup.ready_by < now
    pickup.overdue, pickup.allowed = late, decisions.allowed(pickup.state)  # type: ignore[attr-defined]
    return PickupOut(pickup).data
