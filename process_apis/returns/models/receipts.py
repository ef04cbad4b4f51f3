"""Goods that came back, whoever's they are, and what became of them."""

from django.db import models
from django.db.models import F, Q

from process_apis.returns.models.returns import Return


class Disposition(models.TextChoices):
    PENDING = "pending", "awaiting inspection"
    RESTOCK = "restock"
    REFURBISH = "refurbish"
    QUARANTINE = "quarantine"
    VENDOR_RETURN = "vendor_return", "return to vendor"
    DESTROY = "destroy"
    TO_CUSTOMER = "to_customer", "sent back to the customer"


class Suspicion(models.TextChoices):
    """Why goods are looked at by others before anybody is paid for them."""

    EMPTY_BOX = "empty_box", "the box is empty"
    SERIAL_MISMATCH = "serial_mismatch", "another serial number than was sold"
    OTHER_ITEM = "other_item", "something else is in the box"


class Receipt(models.Model):
    """Goods that came back to a node. Without a return they are kept and shown until somebody says whose they are."""

    key = models.CharField(max_length=200, unique=True)
    parent = models.ForeignKey(Return, null=True, on_delete=models.PROTECT, related_name="receipts")
    node = models.CharField(max_length=32)
    received_by = models.CharField(max_length=160, blank=True)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class ReceiptLine(models.Model):
    """Units of one sku of a receipt, and what became of them. `cost_minor` is what they stand in the books for."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    position = models.IntegerField()
    line_id = models.CharField(max_length=64, blank=True)
    sku = models.CharField(max_length=64)
    units = models.IntegerField()
    serial = models.CharField(max_length=64, blank=True)
    condition = models.CharField(max_length=16, default="new")
    disposition = models.CharField(max_length=16, choices=Disposition.choices, default=Disposition.PENDING)
    suspect = models.CharField(max_length=120, blank=True, help_text="Why it is in the fraud queue; empty: it is not.")
    cost_minor = models.BigIntegerField(default=0)
    cost_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    value_minor = models.BigIntegerField(null=True, help_text="What is left of the cost after a mark-down.")
    inspected_by = models.CharField(max_length=160, blank=True)
    inspected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receipt", "position"], name="one_receipt_line"),
            models.CheckConstraint(condition=Q(units__gte=0) & Q(cost_minor__gte=0), name="receipt_line_units"),
            models.CheckConstraint(
                condition=Q(value_minor__isnull=True) | Q(value_minor__gte=0) & Q(value_minor__lte=F("cost_minor")),
                name="marked_down_not_up",
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.units} x {self.sku}: {self.disposition}"
