"""What a channel may show of each sku, rendered when it changes so that a reader only copies it.

These rows are the truth of the read side; a copy in Valkey may stand before them, and may be lost.
"""

from django.db import models


class AvailabilityStatus(models.TextChoices):
    IN_STOCK = "in_stock", "in stock"
    LOW = "low", "nearly sold out"
    OUT = "out", "sold out"


class AvailabilityRow(models.Model):
    """One sku in one channel. `body` is the JSON a reader gets; `version` rises with each change of it."""

    sku = models.CharField(max_length=64)
    channel = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=AvailabilityStatus.choices)
    available = models.BigIntegerField()
    body = models.TextField()
    version = models.BigIntegerField()
    as_of = models.DateTimeField(help_text="when this was last found to be different")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sku", "channel"], name="one_availability")]

    def __str__(self) -> str:
        return f"{self.sku} in {self.channel}: {self.available}"
