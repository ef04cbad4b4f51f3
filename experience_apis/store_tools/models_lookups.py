"""Who looked for which sale at a counter: by what, never the value itself."""

from django.db import models
from django.db.models.functions import Now

from retail_platform.kernel.append_only import APPEND_ONLY


class ReceiptLookup(models.Model):
    """One search for a receipt. Append-only: customers may ask who looked."""

    client = models.CharField(max_length=160)
    staff = models.CharField(max_length=150, blank=True)
    by = models.CharField(max_length=12)
    found = models.IntegerField()
    order_numbers = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["-at"], name="receipt_lookup_at")]

    def __str__(self) -> str:
        return f"{self.staff or self.client} by {self.by}: {self.found}"
