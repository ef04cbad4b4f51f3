"""Facts as rows: written with what they tell of, carried up by the relay."""

import uuid

from django.db import models
from django.db.models.functions import Now


class FactState(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    STUCK = "stuck"


class Aggregate(models.Model):
    """The last sequence number of one thing facts are about. Its row lock keeps that thing's facts in order."""

    name = models.CharField(max_length=160, primary_key=True)
    sequence = models.BigIntegerField()


class Fact(models.Model):
    """Something that happened. `sequence` counts within the aggregate; `id` only identifies."""

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=64)
    aggregate = models.CharField(max_length=160)
    sequence = models.BigIntegerField()
    data = models.JSONField()
    correlation_id = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=FactState.choices, default=FactState.PENDING)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aggregate", "sequence"], name="fact_once_in_sequence")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="pending"), name="fact_pending"),
            models.Index(fields=["correlation_id"], name="fact_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.aggregate}#{self.sequence}"
