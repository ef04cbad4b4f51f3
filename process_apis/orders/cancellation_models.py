"""What somebody wants cancelled of an order, and what became of that."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class AskedBy(models.TextChoices):
    """Who wants it. The channel has cancelled already when it tells us, so it is never simply refused."""

    CUSTOMER = "customer"
    CHANNEL = "channel"
    FRAUD = "fraud"
    STOCK = "stock"
    SERVICE = "service"


class CancellationState(models.TextChoices):
    REQUESTED = "requested", "asked for, the warehouse has not answered yet"
    GRANTED = "granted", "the goods stay; money and other systems follow"
    DONE = "done", "cancelled everywhere"
    REFUSED = "refused", "too late: the goods had been picked or had left"
    BECOMES_RETURN = "becomes_return", "the goods had left, and are to come back"


OPEN = (CancellationState.REQUESTED, CancellationState.GRANTED)


class Cancellation(models.Model):
    """One request to cancel units of an order, once for its key. It has one outcome, whoever else wants the goods."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="cancellations")
    key = models.CharField(max_length=160)
    asked_by = models.CharField(max_length=10, choices=AskedBy.choices)
    by = models.CharField(max_length=160, blank=True, help_text="the client or person who asked")
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=16, choices=CancellationState.choices, default=CancellationState.REQUESTED)
    whole = models.BooleanField(default=False, help_text="nothing has left and nothing will: the order is taken back")
    refused_because = models.CharField(max_length=500, blank=True, default="")
    evidence = models.JSONField(default=dict, help_text="what the channel sent, where it asked")
    refund_minor = models.BigIntegerField(default=0, db_default=0)
    correlation_id = models.CharField(max_length=32, blank=True)
    requested_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "key"], name="one_cancellation_per_key")]
        indexes = [models.Index(fields=["order"], name="cancellation_open", condition=Q(settled_at=None))]
        ordering = ["requested_at", "id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.asked_by} {self.state}"


class CancellationLine(models.Model):
    """Units of one line that are to be cancelled, and how many of them were."""

    cancellation = models.ForeignKey(Cancellation, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="cancellation_lines")
    units = models.IntegerField()
    cancelled = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cancellation", "line"], name="one_cancellation_line"),
            models.CheckConstraint(
                condition=Q(units__gt=0, cancelled__gte=0) & Q(cancelled__lte=F("units")),
                name="no_more_cancelled_than_asked",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.cancelled} of {self.units}"
