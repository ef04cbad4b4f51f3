"""What of the goods is promised, to whom, and how far that has come."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class ReservationState(models.TextChoices):
    """held → open → allocated → consumed; on the side expired, released, transferred, lost."""

    HELD = "held", "held for a while"
    OPEN = "open", "confirmed: promised to an order"
    ALLOCATED = "allocated", "allocated: the node has been asked to send it"
    CONSUMED = "consumed"
    EXPIRED = "expired"
    RELEASED = "released"
    TRANSFERRED = "transferred", "transferred to another node"
    LOST = "lost", "lost: held, and the goods were not there after all"


class Reservation(models.Model):
    """Units of one order line promised from one node, of a bundle's line one row for each part. What has left is
    counted in `consumed`.

    While held, `order_number` is the hold's own id; confirming writes the order's number over it.
    """

    order_number = models.CharField(max_length=64)
    line_id = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    units = models.BigIntegerField()
    consumed = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=ReservationState.choices, default=ReservationState.OPEN)
    hold = models.CharField(max_length=64, default="", db_default="")
    holder = models.CharField(max_length=160, default="", db_default="", help_text="who may not hold too much")
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(null=True, help_text="when units of it last left or were given back")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_number", "line_id", "sku", "node"], name="one_reservation"),
            models.CheckConstraint(
                condition=Q(consumed__gte=0) & Q(consumed__lte=F("units")), name="consumed_within_units"
            ),
        ]
        indexes = [
            models.Index(fields=["sku", "node"], condition=Q(state="open"), name="reservation_open"),
            models.Index(fields=["expires_at"], condition=Q(state="held"), name="reservation_expiry"),
            models.Index(fields=["holder"], condition=Q(state="held"), name="reservation_holder"),
            models.Index(fields=["hold"], condition=~Q(hold=""), name="reservation_hold"),
            # For what was promised when: next to nothing to write, and an update still stays on its page.
            BrinIndex(fields=["created_at"], autosummarize=True, name="reservation_made"),
            BrinIndex(fields=["changed_at"], autosummarize=True, name="reservation_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.order_number}/{self.line_id} {self.units} x {self.sku}@{self.node}"
