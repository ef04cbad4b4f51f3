"""What each channel has been told it may sell, what it is to be told, and how long that took."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class ChangeNoted(models.Model):
    """Skus whose figures may have changed, not yet folded into the levels. No skus: all of them.

    Facts are only appended here: several relays write them in any order, and would lock each other out of the levels.
    """

    skus = ArrayField(models.CharField(max_length=64))
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "changes noted"

    def __str__(self) -> str:
        return f"{len(self.skus) or 'all'} skus at {self.at:%H:%M:%S}"


class ChannelShop(models.Model):
    """One channel whose shop is told of stock: who is at it right now, and how it went."""

    channel = models.CharField(max_length=64, primary_key=True)
    connection = models.CharField(max_length=64)
    active = models.BooleanField(default=True)
    fence = models.BigIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, db_default=0)
    last_fault = models.CharField(max_length=300, blank=True, default="", db_default="")
    last_told_at = models.DateTimeField(null=True)
    full_due_at = models.DateTimeField(db_default=Now())
    full_at = models.DateTimeField(null=True)
    told = models.BigIntegerField(default=0, db_default=0)
    conflicts = models.BigIntegerField(default=0, db_default=0)
    drifted = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = "channel"

    def __str__(self) -> str:
        return self.channel


class ChannelLevel(models.Model):
    """One sku in one channel. `version` counts what was noted; `weighed` is the version `wanted` was worked out at.

    `told` is what we last told and the shop took; `shown` what it shows as far as we know, null when it is to be asked.
    `dirty_since` is when the oldest change happened that the channel has not heard of.
    """

    channel = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    version = models.BigIntegerField(default=1, db_default=1)
    weighed = models.BigIntegerField(default=0, db_default=0)
    weighed_at = models.DateTimeField(null=True)
    wanted = models.BigIntegerField(null=True)
    told = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    shown = models.BigIntegerField(null=True)
    dirty_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    hold_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "sku"], name="one_level"),
            models.CheckConstraint(condition=Q(wanted__gte=0) | Q(wanted=None), name="wanted_not_negative"),
        ]
        indexes = [
            models.Index(fields=["channel", "due_at"], condition=Q(due_at__isnull=False), name="level_due"),
            models.Index(fields=["channel"], condition=~Q(version=F("weighed")), name="level_to_weigh"),
            models.Index(fields=["channel", "dirty_since"], condition=Q(dirty_since__isnull=False), name="level_dirty"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} in {self.channel}: {self.told} told, {self.wanted} wanted"


class Sending(models.Model):
    """One call that told a channel of levels. `waits_ms`: for each change, how long the channel had not heard of it."""

    channel = models.CharField(max_length=64)
    at = models.DateTimeField()
    told = models.IntegerField()
    stale = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    took_ms = models.IntegerField()
    waits_ms = ArrayField(models.IntegerField())

    class Meta:
        indexes = [models.Index(fields=["channel", "at"], name="sending_lately")]

    def __str__(self) -> str:
        return f"{self.channel} {self.at:%H:%M:%S}: {self.told} told"
