"""The stock book: what is where, what changed it, and what is promised of it."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from canonical.stock import MovementReason, StockState
from process_apis.stock.models.files import PackUnit, SnapshotDue, StockFile, StockFileLine  # noqa: F401
from process_apis.stock.models.lots import Lot  # noqa: F401
from process_apis.stock.models.transfers import AuditDue, Repair, Transfer, TransferLine, TransferState  # noqa: F401
from retail_platform.kernel.append_only import APPEND_ONLY


class StockPosition(models.Model):
    """One sku in one node: the sum of its movements, and how much of that is promised.

    quarantine, damaged and display are parts of on_hand that cannot be sold. `shortage` is what is promised beyond what
    there is: a correction may bring it about, a promise never. No index covers the changing columns and pages are half
    full, so that an update stays on its page.
    """

    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    on_hand = models.BigIntegerField(default=0, db_default=0)
    quarantine = models.BigIntegerField(default=0, db_default=0)
    damaged = models.BigIntegerField(default=0, db_default=0)
    display = models.BigIntegerField(default=0, db_default=0)
    reserved = models.BigIntegerField(default=0, db_default=0)
    allocated = models.BigIntegerField(default=0, db_default=0)
    shortage = models.BigIntegerField(default=0, db_default=0)
    backorder_limit = models.BigIntegerField(default=0, db_default=0)
    # The latest count or snapshot this position agrees with; movements it has inside are not taken twice.
    counted_source = models.CharField(max_length=64, default="", db_default="")
    counted_watermark = models.BigIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "node"], name="one_position"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0)
                & Q(
                    reserved__lte=Greatest(F("on_hand") - F("quarantine") - F("damaged") - F("display"), 0)
                    + F("backorder_limit")
                    + F("shortage")
                    - F("allocated")
                ),
                name="never_oversold",
            ),
            models.CheckConstraint(
                condition=Q(allocated__gte=0) & Q(shortage__gte=0) & Q(backorder_limit__gte=0),
                name="no_negative_promise",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku}@{self.node} {self.on_hand}-{self.reserved}"


class StockMovement(models.Model):
    """One change of goods in a place. `key` is its natural key; the same again is a no-op."""

    key = models.CharField(max_length=220, unique=True)  # one that is told may have 200; our prefixes come on top
    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in StockState], default="on_hand",
        db_default="on_hand",
    )  # fmt: skip
    units = models.BigIntegerField()
    reason = models.CharField(max_length=16, choices=[(reason.value, reason.value) for reason in MovementReason])
    source = models.CharField(max_length=64)
    sequence = models.BigIntegerField(null=True)
    correlation_id = models.CharField(max_length=32, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["sku", "node", "id"], name="movement_position")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.key} {self.units:+d}"


class ReservationState(models.TextChoices):
    """held → open → allocated → consumed; on the side expired, released, transferred."""

    HELD = "held", "held for a while"
    OPEN = "open", "confirmed: promised to an order"
    ALLOCATED = "allocated", "allocated: the node has been asked to send it"
    CONSUMED = "consumed"
    EXPIRED = "expired"
    RELEASED = "released"
    TRANSFERRED = "transferred", "transferred to another node"


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


class Supply(models.Model):
    """Goods that are on their way to a node, or ordered for it: what they are worth depends on when they are due."""

    reference = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=[("in_transit", "in transit"), ("on_order", "on order")])
    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    units = models.BigIntegerField()
    due_on = models.DateField(null=True)
    confidence_percent = models.SmallIntegerField(default=100, db_default=100)
    source = models.CharField(max_length=64)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "supplies"
        constraints = [
            models.UniqueConstraint(fields=["reference", "kind", "sku", "node"], name="one_supply"),
            models.CheckConstraint(condition=Q(units__gte=0), name="supply_not_negative"),
            models.CheckConstraint(
                condition=Q(confidence_percent__gte=0) & Q(confidence_percent__lte=100), name="confidence_is_a_share"
            ),
        ]
        indexes = [models.Index(fields=["sku", "node"], name="supply_place")]

    def __str__(self) -> str:
        return f"{self.reference} {self.units} x {self.sku} to {self.node}"


class StockOwner(models.Model):
    """The one source whose word counts for a state of goods in nodes of one kind."""

    node_kind = models.CharField(max_length=10)
    state = models.CharField(max_length=12)
    source = models.CharField(max_length=64, help_text="Connection code or name of the system that writes this state.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node_kind", "state"], name="one_owner")]

    def __str__(self) -> str:
        return f"{self.state} in a {self.node_kind}: {self.source}"


class SetAside(models.Model):
    """Something told about stock that was not applied: kept as it came, with the case that asks what to do.

    It is settled by a person's word, or by the source's own once that can be applied.
    """

    key = models.CharField(max_length=200)
    source = models.CharField(max_length=64)
    rule = models.CharField(max_length=40)
    why = models.CharField(max_length=500)
    told = models.JSONField()
    case_id = models.UUIDField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=160, blank=True, default="", db_default="")
    settled_because = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "set aside"
        constraints = [models.UniqueConstraint(fields=["key", "rule"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.rule}"


class SnapshotTaken(models.Model):
    """One snapshot of a node that was compared with the book."""

    node = models.CharField(max_length=32)
    source = models.CharField(max_length=64)
    watermark = models.BigIntegerField()
    taken_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    levels = models.IntegerField()
    adjusted = models.IntegerField(default=0)
    varied = models.IntegerField(default=0)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "snapshots taken"
        constraints = [models.UniqueConstraint(fields=["node", "source", "watermark"], name="one_snapshot")]

    def __str__(self) -> str:
        return f"{self.source} {self.node} #{self.watermark}"


class Variance(models.Model):
    """A difference between the book and a count, too great to be taken without a person's word."""

    key = models.CharField(max_length=200, unique=True)
    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    source = models.CharField(max_length=64)
    watermark = models.BigIntegerField()
    taken_at = models.DateTimeField()
    expected = models.BigIntegerField(help_text="what the book says the count should have found")
    counted = models.BigIntegerField()
    state = models.CharField(
        max_length=10, choices=[("open", "open"), ("accepted", "accepted"), ("refused", "refused")], default="open"
    )
    decided_by = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.sku}@{self.node}: counted {self.counted}, expected {self.expected}"
