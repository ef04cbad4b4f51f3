"""The stock book: what is where, what changed it, and what is promised of it."""

from django.db import models
from django.db.models.functions import Now

from canonical.stock import MovementReason
from retail_platform.kernel.append_only import APPEND_ONLY


class StockPosition(models.Model):
    """One sku in one node: the sum of its movements, and how much of that is promised.

    No index covers the changing columns and pages are half full, so that an update stays on its page.
    """

    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    on_hand = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "node"], name="one_position"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0) & models.Q(reserved__lte=models.F("on_hand")),
                name="never_oversold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku}@{self.node} {self.on_hand}-{self.reserved}"


class StockMovement(models.Model):
    """One change of goods on hand. `key` is its natural key; the same again is a no-op."""

    key = models.CharField(max_length=200, unique=True)
    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    units = models.BigIntegerField()
    reason = models.CharField(max_length=16, choices=[(reason.value, reason.value) for reason in MovementReason])
    source = models.CharField(max_length=64)
    correlation_id = models.CharField(max_length=32, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["sku", "node", "id"], name="movement_position")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.key} {self.units:+d}"


class ReservationState(models.TextChoices):
    OPEN = "open"
    CONSUMED = "consumed"
    RELEASED = "released"


class Reservation(models.Model):
    """Units of one order line promised from one node. What has left is counted in `consumed`."""

    order_number = models.CharField(max_length=64)
    line_id = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    units = models.BigIntegerField()
    consumed = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ReservationState.choices, default=ReservationState.OPEN)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_number", "line_id", "node"], name="one_reservation"),
            models.CheckConstraint(
                condition=models.Q(consumed__gte=0) & models.Q(consumed__lte=models.F("units")),
                name="consumed_within_units",
            ),
        ]
        indexes = [models.Index(fields=["sku", "node"], condition=models.Q(state="open"), name="reservation_open")]

    def __str__(self) -> str:
        return f"{self.order_number}/{self.line_id} {self.units} x {self.sku}@{self.node}"
