"""Who brought goods back without a receipt: a keyed hash of the document shown, never the document."""

from django.db import models
from django.db.models.functions import Now


class IdentityReturn(models.Model):
    """One return without receipt, by the identity that was shown for it. Append-only by use."""

    parent = models.OneToOneField("returns.Return", on_delete=models.PROTECT, related_name="identity")
    identity_hash = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    total_minor = models.BigIntegerField()
    price_from = models.CharField(max_length=200, help_text="The sale whose price was taken, the lowest in the window.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["identity_hash", "at"], name="identity_returns")]

    def __str__(self) -> str:
        return f"{self.identity_hash[:8]} {self.total_minor}"
