"""What others told beside movements: goods to come, counts, and what could not be applied."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


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
