"""What a channel may show of each sku, rendered when it changes so that a reader only copies it.

These rows are the truth of the read side; a copy in Valkey stands before them, and may be lost (copy.py).

Note [Versions]: a version is a moment in microseconds, pushed forward where the clock stood still or went back. All
versions come from one row (AvailabilityClock) under the writer's lock, so they rise over all skus in the order in which
they become visible: "everything above the version I have" misses nothing, and goes on rising over rows that were
deleted and made again, and over a database that was put back from a backup.
"""

from django.db import models


class AvailabilityStatus(models.TextChoices):
    IN_STOCK = "in_stock", "in stock"
    LOW = "low", "nearly sold out"
    BACKORDER = "backorder", "sold out, can be ordered and comes later"
    OUT = "out", "sold out"
    SERVICE = "service", "done or charged along with goods: lies nowhere and does not run out"


class AvailabilityRow(models.Model):
    """One sku in one channel. `body` is the JSON a reader gets; `version` rises with each change: Note [Versions]."""

    sku = models.CharField(max_length=64)
    channel = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=AvailabilityStatus.choices)
    available = models.BigIntegerField()
    body = models.TextField()
    version = models.BigIntegerField()
    as_of = models.DateTimeField(help_text="when this was last found to be different")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sku", "channel"], name="one_availability")]
        indexes = [models.Index(fields=["version"], name="availability_version")]

    def __str__(self) -> str:
        return f"{self.sku} in {self.channel}: {self.available}"


class AvailabilityGone(models.Model):
    """A row that was taken away, kept so that copies hear of it."""

    sku = models.CharField(max_length=64)
    channel = models.CharField(max_length=64)
    version = models.BigIntegerField(unique=True)

    def __str__(self) -> str:
        return f"{self.sku} in {self.channel} is gone"


class AvailabilityClock(models.Model):
    """One row: the last version given to any sku."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.version)
