"""What a supplier owes us for goods that went back to him."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from process_apis.returns.models.receipts import ReceiptLine


class DebitNoteState(models.TextChoices):
    ISSUED = "issued", "waits for the supplier"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class GoodsAfterRefusal(models.TextChoices):
    """Where goods are that a supplier does not take back."""

    COME_BACK = "come_back", "they come back to us"
    GONE = "gone", "they are gone"


class DebitNote(models.Model):
    """The claim on a supplier for one line of a receipt, at what it stood in the books for.

    `journal` is the entry it is booked under, `reversal` the one that takes it back once the supplier has refused.
    """

    number = models.CharField(max_length=64, unique=True)
    line = models.OneToOneField(ReceiptLine, on_delete=models.PROTECT, related_name="debit_note")
    supplier = models.CharField(max_length=120, blank=True, help_text="Empty: nobody has said yet whose they are.")
    lines = models.JSONField(help_text="sku, units, serial, cost_minor of each.")
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=DebitNoteState.choices, default=DebitNoteState.ISSUED)
    journal = models.CharField(max_length=120, blank=True)
    reversal = models.CharField(max_length=120, blank=True)
    supplier_reference = models.CharField(max_length=64, blank=True, help_text="The supplier's own credit note.")
    reason = models.CharField(max_length=500, blank=True, help_text="Why the supplier refused.")
    goods = models.CharField(max_length=9, choices=GoodsAfterRefusal.choices, blank=True)
    issued_by = models.CharField(max_length=160, blank=True)
    answered_by = models.CharField(max_length=160, blank=True, help_text="Who wrote down what the supplier said.")
    issued_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(total_minor__gte=0), name="debit_note_not_negative")]
        indexes = [models.Index(fields=["state", "-issued_at"], name="debit_note_state")]

    def __str__(self) -> str:
        return f"{self.number}: {self.state}"
