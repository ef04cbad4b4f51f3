"""Where partners want to hear of facts, and what became of each telling."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from retail_platform.kernel.sealed import SealedField


class Endpoint(models.Model):
    """One address of one client. `channels`: none means all that the client may see, which is all if it has no limit.

    `quiet_until` spares an address that has just failed; `lease_until` is set while a worker tells it, so that at most
    one connection at a time is spent on it; `failing_since` is when it last began to only fail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.CharField(max_length=120)
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    events = ArrayField(models.CharField(max_length=64))
    channels = ArrayField(models.CharField(max_length=64), default=list)
    secrets = SealedField(blank=True, default=bytes)
    active = models.BooleanField(default=True)
    off_because = models.CharField(max_length=300, blank=True)
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    quiet_until = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    last_tried_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["client", "created_at"], name="endpoint_client"),
            models.Index(fields=["id"], condition=Q(active=True), name="endpoint_active"),
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.url}"


class DeliveryState(models.TextChoices):
    PENDING = "pending", "to be told"
    DELIVERED = "delivered"
    FAILED = "failed", "given up"


class Delivery(models.Model):
    """One fact for one endpoint. `body` is sent as it stands here, each time under the same webhook-id, the fact's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField()
    name = models.CharField(max_length=64)
    subject = models.CharField(max_length=160)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.IntegerField(default=0)
    tries = models.JSONField(default=list)  # of each attempt: at, status, error, took_ms
    due_at = models.DateTimeField(db_default=Now())
    correlation_id = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["endpoint", "event_id"], name="one_delivery_per_fact")]
        indexes = [
            models.Index(fields=["endpoint", "due_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="delivery_recent"),
            models.Index(fields=["created_at"], condition=Q(state="delivered"), name="delivery_old"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"
