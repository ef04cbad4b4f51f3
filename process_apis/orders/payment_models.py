"""The tenders of an order: what each is to pay, who settles it, and how far its money is."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from process_apis.catalog.tender_models import CaptureAt, SettledBy
from retail_platform.kernel.append_only import APPEND_ONLY


class PaymentState(models.TextChoices):
    PENDING = "pending", "not paid yet at the channel"
    PROMISED = "promised", "promised, not yet held"
    AUTHORIZED = "authorized"
    PREPAID = "prepaid", "taken by the channel before we shipped"
    PART_CAPTURED = "part_captured"
    CAPTURED = "captured"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    AUTH_EXPIRED = "auth_expired", "what was held lapsed and could not be held again"
    FAILED = "failed"
    DISPUTED = "disputed"


class Payment(models.Model):
    """One tender of an order and how far its money is. Who settles it and how is that of the day it was accepted."""

    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="payments")
    position = models.IntegerField()
    kind = models.CharField(max_length=32)
    settled_by = models.CharField(max_length=12, choices=SettledBy.choices, default=SettledBy.PROVIDER,
                                  db_default=SettledBy.PROVIDER)  # fmt: skip
    role = models.CharField(max_length=12, default="PSP", db_default="PSP")
    draw_order = models.IntegerField(default=50, db_default=50)
    capture_at = models.CharField(max_length=8, choices=CaptureAt.choices, default=CaptureAt.SHIPMENT,
                                  db_default=CaptureAt.SHIPMENT)  # fmt: skip
    due_days = models.IntegerField(default=0, db_default=0)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=PaymentState.choices)
    reference = models.CharField(max_length=255, blank=True)
    authorization = models.CharField(max_length=255, blank=True)
    expires_at = models.DateTimeField(null=True)
    renewals = models.IntegerField(default=0, db_default=0)
    expiry_told = models.CharField(max_length=255, blank=True, default="", db_default="")  # of which authorization
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    voided_minor = models.BigIntegerField(default=0, db_default=0)
    refunding_minor = models.BigIntegerField(default=0, db_default=0, help_text="Claimed by refunds on their way.")
    disputed_minor = models.BigIntegerField(default=0, db_default=0, help_text="Taken back by the customer's bank.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_payment_per_position"),
            models.CheckConstraint(
                condition=Q(captured_minor__gte=0, refunded_minor__gte=0, voided_minor__gte=0)
                & Q(amount_minor__gte=F("captured_minor") + F("voided_minor"))
                & Q(refunded_minor__lte=F("captured_minor")),
                name="refunded_captured_amount_in_order",
            ),
            models.CheckConstraint(
                condition=Q(refunding_minor__gte=0, disputed_minor__gte=0)
                & Q(captured_minor__gte=F("refunded_minor") + F("refunding_minor") + F("disputed_minor")),
                name="no_more_back_than_captured",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="payment_expiry",
                condition=Q(state__in=["authorized", "part_captured"], expires_at__isnull=False),
            ),
        ]
        ordering = ["draw_order", "position"]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def taken_before_goods_leave(self) -> bool:
        """Is its money a deposit until goods leave?"""
        return self.state == PaymentState.PREPAID or self.capture_at == CaptureAt.ORDER

    @property
    def left_minor(self) -> int:
        """What was taken and may still be given back."""
        return self.captured_minor - self.refunded_minor - self.refunding_minor - self.disputed_minor

    @property
    def held_minor(self) -> int:
        """What of it is neither taken nor let go."""
        return self.amount_minor - self.captured_minor - self.voided_minor


class PaymentMovement(models.Model):
    """Money taken or given back, once for each key. Append-only."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="movements")
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider_reference = models.CharField(max_length=255)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"
