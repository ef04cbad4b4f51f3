"""Messages to customers: which fact is told to whom with which template, and whether it left."""

import uuid

from django.db import models
from django.db.models.functions import Now


class NoticeState(models.TextChoices):
    PENDING = "pending", "about to be sent"
    SENT = "sent"
    FAILED = "failed", "not sent; see why"
    SUPPRESSED = "suppressed", "not to be sent; see why"


class Notice(models.Model):
    """One message to one person because of one fact. `copy` counts what a person had sent anew.

    Neither text nor address is kept: both are worked out from the books when it is sent. `recipient` is the digest of
    the address, `about` names what the text is about (a parcel, a pickup), `why` says why it was not sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    event_id = models.UUIDField()
    template = models.CharField(max_length=32)
    recipient = models.CharField(max_length=64, blank=True)
    copy = models.IntegerField(default=0)
    order_number = models.CharField(max_length=64)
    channel = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    about = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.PENDING)
    why = models.CharField(max_length=500, blank=True)
    asked_by = models.CharField(max_length=160, blank=True, help_text="who had it sent anew")
    correlation_id = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "template", "recipient", "copy"], name="one_notice_per_fact"),
        ]
        indexes = [
            models.Index(fields=["order_number"], name="notice_order"),
            models.Index(fields=["state", "-created_at"], name="notice_state"),
            models.Index(fields=["-created_at"], name="notice_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.order_number}"


class NoticePolicy(models.Model):
    """How customers of one channel are told. Without a row: by us, in the language of the country they live in."""

    channel = models.CharField(max_length=64, unique=True)
    tells_customers = models.BooleanField(
        default=True, help_text="off where the channel writes to its customers by itself, as marketplaces do"
    )
    language = models.CharField(max_length=8, blank=True, help_text="of all its mails; empty: of the country")
    silent = models.JSONField(default=list, blank=True, help_text='templates that are not sent: ["pickup_reminder"]')
    sender = models.CharField(max_length=200, blank=True, help_text='"Shop <orders@shop.example>"; empty: the usual')
    reply_to = models.EmailField(blank=True)

    class Meta:
        verbose_name_plural = "notice policies"

    def __str__(self) -> str:
        return self.channel
