"""Which of the goods in a place are of which lot, and until when those are good."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Lot(models.Model):
    """Units of one lot of a sku in a node, as the owner of the goods there last told; one of a kind is a lot of one.

    They are part of what is on hand, not more of it.
    """

    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    lot = models.CharField(max_length=64, help_text="the lot's number, or the serial number of a single piece")
    units = models.BigIntegerField()
    expires_on = models.DateField(null=True, help_text="the last day it is good")
    source = models.CharField(max_length=64)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "stock"
        constraints = [
            models.UniqueConstraint(fields=["sku", "node", "lot"], name="one_lot"),
            models.CheckConstraint(condition=Q(units__gt=0), name="a_lot_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.units} x {self.sku}@{self.node} of {self.lot}"
