"""What the partners' REST face takes and answers."""

from typing import Any

from rest_framework import serializers

from experience_apis.partners.models import Delivery, DeliveryState, Endpoint
from experience_apis.partners.offered import EVERYTHING, OFFERED
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer


class EndpointIn(StrictSerializer):
    url = serializers.CharField(max_length=500, help_text="https, reachable from outside")
    events = serializers.ListField(
        child=serializers.CharField(max_length=64),
        min_length=1,
        max_length=len(OFFERED) + 1,
        help_text=f"which facts to hear of, or {EVERYTHING} for all: {', '.join(OFFERED)}",
    )
    channels = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        default=list,
        max_length=100,
        help_text="of which channels; none: of all that are yours",
    )
    description = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class EndpointOut(StrictSerializer):
    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    events = serializers.ListField(child=serializers.CharField())
    channels = serializers.ListField(child=serializers.CharField())
    active = serializers.BooleanField()
    off_because = serializers.CharField(allow_blank=True, help_text="why nothing is told any more")
    failures = serializers.IntegerField(help_text="in a row, up to now")
    failing_since = serializers.DateTimeField(allow_null=True)
    last_ok_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class SecretOut(StrictSerializer):
    secret = serializers.CharField(help_text="whsec_ and 24 bytes in base64, as Standard Webhooks has it")


class EndpointsOut(StrictSerializer):
    items = EndpointOut(many=True)
    next = serializers.CharField(allow_null=True)


class TryOut(StrictSerializer):
    at = serializers.DateTimeField()
    status = serializers.IntegerField(help_text="what your address answered; 0: it did not")
    error = serializers.CharField(allow_blank=True)
    took_ms = serializers.IntegerField()


class DeliveryOut(StrictSerializer):
    id = serializers.UUIDField()
    endpoint_id = serializers.UUIDField()
    webhook_id = serializers.UUIDField(help_text="the same each time it is told; keep it to know a repeat by")
    event = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    attempts = serializers.IntegerField()
    tries = TryOut(many=True)
    due_at = serializers.DateTimeField(help_text="of one that is pending: when it is tried next, at the earliest")
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    correlation_id = serializers.CharField(allow_blank=True)


class DeliveriesOut(StrictSerializer):
    items = DeliveryOut(many=True)
    next = serializers.CharField(allow_null=True)


class DeliveriesQuery(PageQuery):
    state = serializers.ChoiceField(choices=DeliveryState.choices, required=False)
    endpoint = serializers.UUIDField(required=False)
    examples = {**PageQuery.examples, "state": "delivered", "endpoint": "0d2f6a10-2001-4000-8000-000000000001"}


class RedeliverIn(StrictSerializer):
    """Nothing is needed: an empty object."""


def endpoint(row: Endpoint) -> dict[str, Any]:
    """An endpoint as `EndpointOut` says."""
    return dict(EndpointOut(row).data)


def delivery(row: Delivery) -> dict[str, Any]:
    """A delivery as `DeliveryOut` says."""
    return dict(
        DeliveryOut(
            {
                "id": row.id,
                "endpoint_id": row.endpoint_id,
                "webhook_id": row.event_id,
                "event": row.name,
                "subject": row.subject,
                "state": row.state,
                "attempts": row.attempts,
                "tries": row.tries,
                "due_at": row.due_at,
                "created_at": row.created_at,
                "delivered_at": row.delivered_at,
                "correlation_id": row.correlation_id,
            }
        ).data
    )
