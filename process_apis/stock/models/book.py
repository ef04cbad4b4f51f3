"""What is where, what changed it, and who may say so."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from canonical.stock import MovementReason, StockState
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


class StockOwner(models.Model):
    """The one source whose word counts for a state of goods in nodes of one kind."""

    node_kind = models.CharField(max_length=10)
    state = models.CharField(max_length=12)
    source = models.CharField(max_length=64, help_text="Connection code or name of the system that writes this state.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node_kind", "state"], name="one_owner")]

    def __str__(self) -> str:
        return f"{self.state} in a {self.node_kind}: {self.source}"
