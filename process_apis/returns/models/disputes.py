"""Money that a customer's bank has taken back."""

from django.db import models
from django.db.models import Q


class DisputeState(models.TextChoices):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Dispute(models.Model):
    """A chargeback: the customer's bank has taken the money back until it is decided who keeps it."""

    reference = models.CharField(max_length=120, unique=True, help_text="The provider's own.")
    order_number = models.CharField(max_length=64)
    payment = models.IntegerField()
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=5, choices=DisputeState.choices, default=DisputeState.OPEN)
    reason = models.CharField(max_length=120, blank=True, default="", db_default="", help_text="The bank's own word.")
    evidence = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True, help_text="After this the bank hears us no more.")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0) & Q(fee_minor__gte=0), name="dispute_is_something")
        ]
        indexes = [models.Index(fields=["order_number"], name="dispute_order")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"
