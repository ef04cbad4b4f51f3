"""Money on its way back to a customer."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from process_apis.returns.models.credit_memos import CreditMemo
from process_apis.returns.models.returns import Return


class RefundState(models.TextChoices):
    PENDING = "pending"
    HELD = "held"
    SENT = "sent", "asked for, outcome not known yet"
    DONE = "done"
    FAILED = "failed"
    REPLACED = "replaced", "paid another way"


class RefundWay(models.TextChoices):
    ORIGINAL = "original", "to the tender it was paid with"
    GIFT_CARD = "gift_card", "to a gift card"
    STORE_CREDIT = "store_credit", "as store credit"
    TRANSFER = "transfer", "by bank transfer"
    CASH = "cash", "in cash from the till"
    CHANNEL = "channel", "by the channel"
    EXCHANGE = "exchange", "towards another order"
    CLAIM = "claim", "off what the customer still owes"


class Refund(models.Model):
    """Money on its way back, one row for each taking of a tender.

    `payment` is the tender's place in the order, if it has one; `taken_reference` is what its money was taken under.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    key = models.CharField(max_length=200, unique=True)
    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="refunds")
    memo = models.ForeignKey(CreditMemo, null=True, on_delete=models.PROTECT, related_name="refunds")
    order_number = models.CharField(max_length=64, blank=True)
    payment = models.IntegerField(null=True)
    taken_reference = models.CharField(max_length=255, blank=True, default="", db_default="")
    way = models.CharField(max_length=14, choices=RefundWay.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=RefundState.choices, default=RefundState.PENDING)
    account = models.CharField(max_length=64, blank=True, help_text="The stored-value account it went to.")
    provider_reference = models.CharField(max_length=255, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    approved_by = models.CharField(max_length=160, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_something")]
        indexes = [models.Index(fields=["order_number"], name="refund_order")]

    def __str__(self) -> str:
        return f"{self.way} {self.amount_minor} {self.currency}: {self.state}"
