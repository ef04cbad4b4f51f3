"""Every payload that came in, raw, once: what was accepted can be read again after any mapping fix (reliability D5)."""

import uuid

from django.db import models

from retail_platform.kernel.append_only import APPEND_ONLY
from system_apis.connections.models import Connection


class FeedCursor(models.Model):
    """How far a feed that has to be asked was read, and when it is asked next."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="+")
    cursor = models.CharField(max_length=255, blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.connection_id} {self.cursor}"


class InboxMessage(models.Model):
    """One delivery that was proven genuine, exactly as it came. Rows are written once and never changed.

    `event_id` is the vendor's name of the event, or the hash of the body where the vendor gives none. A second body
    under a known event id is kept beside the first, as `<event id>:conflict:<hash>`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    event_id = models.CharField(max_length=255)
    topic = models.CharField(max_length=100, blank=True)
    fact_name = models.CharField(max_length=64)
    raw = models.BinaryField()
    headers = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    correlation_id = models.CharField(max_length=32, blank=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="inbox_once", fields=["connection", "event_id"])]
        indexes = [models.Index(fields=["-received_at"])]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.topic or 'unknown topic'} {self.event_id}"
