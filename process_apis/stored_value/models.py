"""Accounts of value owed to customers, what is held of them for orders, and every movement."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from canonical.money import Money
from retail_platform.kernel.append_only import APPEND_ONLY


class ValueKind(models.TextChoices):
    """What an account is. The values are the codes of the tenders paid from it."""

    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    LOYALTY = "loyalty", "loyalty points, one worth one smallest unit of the currency"


class ValueAccount(models.Model):
    """One gift card, one customer's store credit or points. The number itself is nowhere: a keyed hash, and its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=16, choices=ValueKind.choices)
    number_hash = models.CharField(max_length=64)
    last4 = models.CharField(max_length=4)
    pin_hash = models.CharField(max_length=64, blank=True)
    customer_reference = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    balance_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    active = models.BooleanField(default=True)
    expires_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "number_hash"], name="one_account_per_number"),
            models.CheckConstraint(
                condition=Q(balance_minor__gte=0, held_minor__gte=0) & Q(held_minor__lte=F("balance_minor")),
                name="value_never_below_what_is_held",
            ),
        ]
        indexes = [models.Index(fields=["customer_reference"], name="value_customer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.masked}"

    @property
    def masked(self) -> str:
        """The number as people may see it."""
        return f"•••• {self.last4}"

    @property
    def free_minor(self) -> int:
        """What may still be spent."""
        return self.balance_minor - self.held_minor

    @property
    def free(self) -> Money:
        """The same as money."""
        return Money(minor=self.free_minor, currency=self.currency)


class ValueHold(models.Model):
    """An amount set aside for one order's tender, under its natural key."""

    key = models.CharField(max_length=120, primary_key=True)
    account = models.ForeignKey(ValueAccount, on_delete=models.PROTECT, related_name="holds")
    amount_minor = models.BigIntegerField()
    taken_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    held_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, taken_minor__gte=0, released_minor__gte=0)
                & Q(amount_minor__gte=F("taken_minor") + F("released_minor")),
                name="no_more_taken_than_held",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ValueReason(models.TextChoices):
    ISSUED = "issued"
    LOADED = "loaded"
    REDEEMED = "redeemed"
    GIVEN_BACK = "given_back"
    EXPIRED = "expired"
    VOIDED = "voided"


class ValueMovement(models.Model):
    """Value that came or went, once for each key. The balance is their sum. Append-only."""

    key = models.CharField(max_length=120, unique=True)
    account = models.ForeignKey(ValueAccount, on_delete=models.PROTECT, related_name="movements")
    reason = models.CharField(max_length=12, choices=ValueReason.choices)
    amount_minor = models.BigIntegerField()
    reference = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount_minor=0), name="value_movement_moves_something")]
        triggers = APPEND_ONLY
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.reason} {self.amount_minor}"
