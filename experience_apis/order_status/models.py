"""An order as its buyer sees it: one row, refreshed by facts, read without asking anybody."""

from django.db import models


class ShopperState(models.TextChoices):
    """Where an order is, in a shopper's words."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    PREPARING = "preparing"
    READY_TO_COLLECT = "ready_to_collect", "ready to collect"
    PARTLY_SHIPPED = "partly_shipped", "partly shipped"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NEEDS_ATTENTION = "needs_attention", "needs attention"


class OrderStatus(models.Model):
    """What one order looks like from outside. Money in smallest units of `currency`.

    `email_digest` is the SHA-256 of the buyer's address in lower case: enough to check a guest, useless to a mailer.
    """

    number = models.CharField(max_length=64, primary_key=True)
    channel = models.CharField(max_length=64)
    email_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=ShopperState.choices)
    headline = models.CharField(max_length=200)
    what_next = models.CharField(max_length=300)
    lines = models.JSONField()
    parcels = models.JSONField()
    pickup = models.JSONField(null=True)
    cancellations = models.JSONField(default=list, db_default=[])
    refunds = models.JSONField(default=list, db_default=[])
    next_by = models.DateTimeField(null=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    placed_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.BigIntegerField()
    goes_on_as = models.CharField(max_length=64, blank=True, default="", db_default="")  # what its channel made of it

    class Meta:
        verbose_name_plural = "order statuses"
        indexes = [models.Index(fields=["channel", "-placed_at"], name="order_status_channel")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
