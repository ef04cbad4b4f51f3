"""What the stream of facts takes and answers."""

from typing import Any

from rest_framework import serializers

from canonical.events import FACTS
from retail_platform.kernel.outbox.models import Fact
from retail_platform.kernel.serializers import StrictSerializer


class ChangesQuery(StrictSerializer):
    """`name` may be given several times."""

    after = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=200,
        help_text="`next` of the answer before; empty: from the first fact there is",
    )
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=1000)
    name = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(FACTS)), required=False, default=list, max_length=len(FACTS),
        help_text="only facts of these names; it may be given several times",
    )  # fmt: skip
    examples = {"after": "", "limit": 100, "name": ["order.placed", "shipment.dispatched"]}


class FactOut(StrictSerializer):
    """A fact in its CloudEvents 1.0 envelope, as webhooks bring it; `data` by the published schema of its name."""

    specversion = serializers.CharField()
    id = serializers.CharField(help_text="the same wherever this fact is told")
    type = serializers.CharField(help_text="its name")
    source = serializers.CharField()  # type: ignore[assignment]  # DRF's own attribute of this name is another matter
    subject = serializers.CharField(help_text="what it is about")
    time = serializers.DateTimeField()
    datacontenttype = serializers.CharField()
    correlationid = serializers.CharField(allow_blank=True)
    sequence = serializers.IntegerField(help_text="counts within the subject, without gaps")
    data = serializers.DictField()  # type: ignore[assignment]


class ChangesOut(StrictSerializer):
    items = FactOut(many=True)
    next = serializers.CharField(help_text="ask with it as `after` for what follows, now or later")
    more = serializers.BooleanField(help_text="whether more is there already; else wait a moment before you ask again")


def fact(row: Fact) -> dict[str, Any]:
    """One fact as it is shown. What was written by an earlier version stays as it was written."""
    shown: dict[str, Any] = FactOut().to_representation(
        {
            "specversion": "1.0", "id": str(row.event_id), "type": row.name, "source": "/retail-platform",
            "subject": row.aggregate, "time": row.created_at, "datacontenttype": "application/json",
            "correlationid": row.correlation_id, "sequence": row.sequence, "data": row.data,
        }
    )  # fmt: skip
    return shown
