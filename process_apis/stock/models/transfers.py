"""Goods on the way from one node to another, and what the nightly audit put right."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class TransferState(models.TextChoices):
    """planned → shipped → closed. Received in parts while shipped; closing says what will never come."""

    PLANNED = "planned"
    SHIPPED = "shipped", "on the way"
    CLOSED = "closed"


class Transfer(models.Model):
    """A move of goods between two nodes. `reference` is the mover's own name for it, given once."""

    reference = models.CharField(max_length=64, unique=True)
    from_node = models.CharField(max_length=32)
    to_node = models.CharField(max_length=32)
    state = models.CharField(max_length=8, choices=TransferState.choices, default=TransferState.PLANNED)
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    shipped_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=500, blank=True)

    class Meta:
        app_label = "stock"
        constraints = [
            models.CheckConstraint(condition=~Q(from_node=F("to_node")), name="a_transfer_goes_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.from_node} to {self.to_node}"


class TransferLine(models.Model):
    """Units of one sku: planned, gone from there, come here. More may come than went; that is a case."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="lines")
    sku = models.CharField(max_length=64)
    units = models.BigIntegerField()
    shipped = models.BigIntegerField(default=0, db_default=0)
    received = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        app_label = "stock"
        constraints = [
            models.UniqueConstraint(fields=["transfer", "sku"], name="one_transfer_line"),
            models.CheckConstraint(
                condition=Q(units__gt=0) & Q(shipped__gte=0) & Q(shipped__lte=F("units")) & Q(received__gte=0),
                name="no_more_shipped_than_planned",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.units} x {self.sku}"

    @property
    def outstanding(self) -> int:
        return max(self.shipped - self.received, 0)


class Repair(models.Model):
    """A figure of a position that did not agree with the rows it is the sum of, and what it was set to."""

    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    figure = models.CharField(max_length=12)
    stood = models.BigIntegerField()
    should_be = models.BigIntegerField()
    why = models.CharField(max_length=500)
    case_id = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "stock"
        indexes = [models.Index(fields=["sku", "node"], name="repair_place")]

    def __str__(self) -> str:
        return f"{self.figure} of {self.sku}@{self.node}: {self.stood} to {self.should_be}"


class AuditDue(models.Model):
    """When the book is next held against its rows, and up to which position it has been: one row, which is claimed."""

    name = models.CharField(max_length=16, primary_key=True, default="stock")
    due_at = models.DateTimeField()
    after = models.BigIntegerField(default=0, db_default=0)
    finished_at = models.DateTimeField(null=True)
    drift = models.IntegerField(default=0)

    class Meta:
        app_label = "stock"
        verbose_name_plural = "audits due"

    def __str__(self) -> str:
        return f"{self.name} due {self.due_at:%Y-%m-%d %H:%M}"
