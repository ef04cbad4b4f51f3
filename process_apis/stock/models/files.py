"""What comes in: files of movements with what of them was not applied, packs to count in, snapshots that are due."""

import uuid

from django.db import models
from django.db.models.functions import Now

from canonical.quantity import KNOWN_UNITS


class PackUnit(models.Model):
    """One pack of a product holds so many of its own unit: a box of 12."""

    sku = models.CharField(max_length=64)
    unit = models.CharField(max_length=3, choices=[(code, f"{code} {name}") for code, name in KNOWN_UNITS.items()])
    units = models.IntegerField(help_text="How many of the product's own unit are in one.")

    class Meta:
        app_label = "stock"
        constraints = [
            models.UniqueConstraint(fields=["sku", "unit"], name="one_pack_unit"),
            models.CheckConstraint(condition=models.Q(units__gt=0), name="a_pack_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} of {self.sku}: {self.units}"


class StockFile(models.Model):
    """A file of movements. It is applied in chunks; each moves `offset` on in the commit that applies its rows.

    `content` is kept only where no folder holds the file. `only_nodes` are those its sender may speak of; empty: all.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=64, blank=True, help_text="whose word it is where a row does not say")
    sender = models.CharField(max_length=160, blank=True)
    only_nodes = models.JSONField(default=list, blank=True)
    content = models.BinaryField(null=True)
    state = models.CharField(
        max_length=10, choices=[("applying", "applying"), ("done", "done"), ("rejected", "rejected")]
    )
    error = models.CharField(max_length=500, blank=True, help_text="why nothing of it was applied")
    rows = models.IntegerField(default=0)
    offset = models.BigIntegerField(default=0)
    line = models.IntegerField(default=0)
    applied = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    contradicted = models.IntegerField(default=0, help_text="of the known: told before with other content")
    set_aside = models.IntegerField(default=0)
    correlation_id = models.CharField(max_length=32, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "stock"
        constraints = [models.UniqueConstraint(fields=["digest", "source"], name="one_stock_file")]
        indexes = [
            models.Index(fields=["received_at"], condition=models.Q(state="applying"), name="stock_file_waiting"),
            models.Index(fields=["-received_at"], name="stock_file_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"


class StockFileLine(models.Model):
    """A line of a file that was not applied: which field breaks which rule."""

    file = models.ForeignKey(StockFile, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    key = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=40)
    detail = models.CharField(max_length=500)

    class Meta:
        app_label = "stock"
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="one_word_on_a_line")]

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.rule}"


class SnapshotDue(models.Model):
    """When a node is to be asked next what it has."""

    node = models.CharField(max_length=32, primary_key=True)
    due_at = models.DateTimeField()

    class Meta:
        app_label = "stock"
        verbose_name_plural = "snapshots due"

    def __str__(self) -> str:
        return f"{self.node} at {self.due_at:%Y-%m-%d %H:%M} UTC"
