"""The return itself: what was agreed, for which lines, and what has happened to it since."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from retail_platform.kernel.append_only import APPEND_ONLY


class ReturnState(models.TextChoices):
    """Where a return stands; the middle ones may be passed in another order, see return_to_refund."""

    REQUESTED = "requested"
    AUTHORISED = "authorised"
    LABEL_ISSUED = "label_issued", "label issued"
    IN_TRANSIT = "in_transit", "on its way"
    RECEIVED = "received"
    INSPECTED = "inspected"
    DISPOSITION_SET = "disposition_set", "disposition set"
    CREDITED = "credited"
    REFUNDED = "refunded"
    CLOSED = "closed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    LOST_IN_TRANSIT = "lost_in_transit", "lost on its way"
    REFUND_FAILED = "refund_failed", "refund failed"
    HELD = "held"


class ReturnKind(models.TextChoices):
    RETURN = "return"
    EXCHANGE = "exchange"
    GOODWILL = "goodwill", "goodwill, no goods"
    CHANNEL_REFUND = "channel_refund", "refunded by the channel"
    ADVANCE = "advance", "refunded before the goods are here"


class HeldFor(models.TextChoices):
    NOTHING = "", "nothing"
    PERIOD = "period", "a period that is closed"
    DISPUTE = "dispute", "a dispute that is open"
    NO_SALE = "no_sale", "the sale, which is not booked yet"
    APPROVAL = "approval", "a second person's word"


LABEL_WANTED = "wanted"  # what stands in a return's label until there is one


class Return(models.Model):
    """One return of one order, or of none where there is no receipt. `key` is who asked for it and how, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=32, unique=True)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=16, choices=ReturnKind.choices, default=ReturnKind.RETURN)
    state = models.CharField(max_length=16, choices=ReturnState.choices, default=ReturnState.REQUESTED)
    held_for = models.CharField(max_length=10, choices=HeldFor.choices, default=HeldFor.NOTHING, blank=True)
    waits_for = models.CharField(max_length=120, blank=True, help_text="The document it is held for.")
    channel = models.CharField(max_length=64, help_text="Where it was asked for.")
    order_number = models.CharField(max_length=64, blank=True)
    node = models.CharField(max_length=32, blank=True, help_text="Where the goods come back to.")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    customer_reference = models.CharField(max_length=120, blank=True)
    customer_hash = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="Tells customers apart to count their returns."
    )
    requested_by = models.CharField(max_length=160, blank=True)
    approved_by = models.CharField(max_length=160, blank=True)
    refuse_reason = models.CharField(max_length=500, blank=True)
    arithmetic = models.JSONField(default=list, help_text="How the amount came about: pairs of words and amounts.")
    total_minor = models.BigIntegerField(default=0)
    shipping_minor = models.BigIntegerField(default=0, db_default=0)
    shipping_tax_minor = models.BigIntegerField(default=0, db_default=0)
    clawback_minor = models.BigIntegerField(default=0, db_default=0)
    goodwill_minor = models.BigIntegerField(default=0, db_default=0, help_text="Of a goodwill: net of tax.")
    goodwill_tax_minor = models.BigIntegerField(default=0, db_default=0)
    settled_as = models.CharField(
        max_length=14,
        blank=True,
        default="",
        db_default="",
        help_text="All goes this way; empty: as it was paid.",
    )
    label = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=64, blank=True)
    correlation_id = models.CharField(max_length=32, blank=True)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(total_minor__gte=0), name="return_total_not_negative")]
        indexes = [
            models.Index(fields=["order_number"], name="return_order"),
            models.Index(fields=["state", "-requested_at"], name="return_state"),
            models.Index(
                fields=["customer_hash", "-requested_at"], condition=~Q(customer_hash=""), name="return_customer"
            ),
            models.Index(
                fields=["expires_at"], condition=Q(state__in=["authorised", "label_issued"]), name="return_expiry"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def label_url(self) -> str:
        """Where the label is printed; empty until the carrier has made one."""
        return "" if self.label == LABEL_WANTED else self.label


class ReturnLine(models.Model):
    """Units of an order line that come back, and what the customer gets for them."""

    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    line_id = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    units = models.IntegerField()
    received = models.IntegerField(default=0)
    condition = models.CharField(max_length=16, default="new")
    serial = models.CharField(max_length=64, blank=True)
    net_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    unit_cost_minor = models.BigIntegerField(default=0)
    cost_currency = models.CharField(max_length=3, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "line_id", "sku"], name="one_return_line"),
            models.CheckConstraint(condition=Q(units__gt=0) & Q(received__gte=0), name="return_line_units"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.units} x {self.sku}"


class ReturnEvent(models.Model):
    """The history of a return, append-only."""

    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    by = models.CharField(max_length=160, blank=True)
    correlation_id = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.name} {self.parent_id}"
