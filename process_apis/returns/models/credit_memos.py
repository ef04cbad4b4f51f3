"""What a customer is owed for what came back."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from process_apis.returns.models.returns import Return


class CreditMemo(models.Model):
    """What we owe a customer for what came back, one for each settlement of a return. Parts add up to the total."""

    number = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=200, unique=True)
    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="memos")
    order_number = models.CharField(max_length=64, blank=True)
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField(default=0)
    shipping_tax_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0, help_text="Restocking fee that we keep.")
    clawback_minor = models.BigIntegerField(default=0, help_text="Promotion that is not earned any more.")
    total_minor = models.BigIntegerField()
    lines = models.JSONField(default=list, help_text="line_id, sku, units, net_minor, tax_minor of each line.")
    booked_on = models.DateField(null=True)
    erp_reference = models.CharField(max_length=64, blank=True)
    tax_reference = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("net_minor")
                    + F("tax_minor")
                    + F("shipping_minor")
                    + F("shipping_tax_minor")
                    - F("fee_minor")
                    - F("clawback_minor")
                )
                & Q(total_minor__gte=0),
                name="credit_memo_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["order_number"], name="credit_memo_order")]

    def __str__(self) -> str:
        return self.number
