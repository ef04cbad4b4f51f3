"""The pickup book: what a store is to hand over at its counter, how far it is, and who took it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from retail_platform.kernel.append_only import APPEND_ONLY


class PickupState(models.TextChoices):
    """reserved → picking → ready → arrived → handed over; on the side rejected, expired, partly collected."""

    RESERVED = "reserved", "to be picked"
    PICKING = "picking", "being picked"
    READY = "ready", "ready to collect"
    ARRIVED = "arrived", "customer is here"
    HANDED_OVER = "handed_over", "handed over"
    COLLECTED_PARTIAL = "collected_partial", "partly collected"
    STORE_REJECTED = "store_rejected", "rejected by the store"
    EXPIRED = "expired", "not collected in time"
    WITHDRAWN = "withdrawn", "withdrawn with its order"


class RejectReason(models.TextChoices):
    """Why a store cannot hand something over."""

    NOT_FOUND = "not_found", "not found"
    DAMAGED = "damaged", "damaged"
    SOLD_IN_STORE = "sold_in_store", "sold in the store"
    DISPLAY_ONLY = "display_only", "only the display piece is left"
    NO_CAPACITY = "no_capacity", "nobody can pick it"
    OTHER = "other", "something else"


class Proof(models.TextChoices):
    """How the one who came showed that the goods are theirs."""

    CODE = "code", "the code"
    ID = "id", "an identity document"


class Pickup(models.Model):
    """What one store hands over for one order. A second store after the first said no is another attempt.

    `settled_at`: nothing more follows from its end, so that the order's journey may go on. The code itself is not
    kept: it is worked out from the id with the platform's key; `code_hint` is its last digits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    order_number = models.CharField(max_length=64)
    channel = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    attempt = models.IntegerField(default=1)
    state = models.CharField(max_length=18, choices=PickupState.choices, default=PickupState.RESERVED)
    customer_name = models.CharField(max_length=200, blank=True)
    code_hint = models.CharField(max_length=2)
    wrong_codes = models.IntegerField(default=0)
    ready_by = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    collected_by = models.CharField(max_length=200, blank=True)
    proof = models.CharField(max_length=4, choices=Proof.choices, blank=True)
    staff = models.CharField(max_length=150, blank=True)
    reject_reason = models.CharField(max_length=16, choices=RejectReason.choices, blank=True)
    reject_note = models.CharField(max_length=500, blank=True)
    correlation_id = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_number", "node", "attempt"], name="one_pickup_per_attempt"),
        ]
        indexes = [
            models.Index(fields=["node", "state", "ready_by"], name="pickup_list"),
            models.Index(fields=["expires_at"], condition=Q(state__in=["ready", "arrived"]), name="pickup_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} at {self.node}"


class PickupLine(models.Model):
    """Units of an order line. `parts` says what to fetch for one unit: of a bundle its parts, else the sku itself."""

    pickup = models.ForeignKey(Pickup, on_delete=models.CASCADE, related_name="lines")
    line_id = models.CharField(max_length=64)
    position = models.IntegerField()
    sku = models.CharField(max_length=64)
    title = models.CharField(max_length=200, blank=True)
    parts = models.JSONField(default=dict)
    min_age = models.SmallIntegerField(default=0, db_default=0, help_text="Handed over from this age on; 0: any.")
    units = models.IntegerField()
    picked = models.IntegerField(default=0)
    collected = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pickup", "line_id"], name="one_pickup_line"),
            models.CheckConstraint(
                condition=Q(picked__gte=0, collected__gte=0)
                & Q(picked__lte=F("units"))
                & Q(collected__lte=F("picked")),
                name="collected_picked_units_in_order",
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.units} x {self.sku}"


class PickupEvent(models.Model):
    """What happened at the counter, and by whose hand. Append-only."""

    pickup = models.ForeignKey(Pickup, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(max_length=32)
    by = models.CharField(max_length=150, blank=True)
    detail = models.JSONField(default=dict)
    correlation_id = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.name} {self.pickup_id}"
