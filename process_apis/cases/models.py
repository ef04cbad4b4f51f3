"""The exception desk: what cannot go on by itself, kept, shown and counted."""

import uuid

from django.db import models
from django.db.models.functions import Now


class CaseKind(models.TextChoices):
    """What sort of help is needed; the owner follows from it."""

    TECHNICAL = "technical"
    MAPPING = "mapping"
    BUSINESS = "business"
    CONTRACT = "contract"
    SECURITY = "security"
    FRAUD = "fraud"


class CaseState(models.TextChoices):
    OPEN = "open"
    RESOLVED = "resolved"


OWNERS = {
    CaseKind.TECHNICAL: "integration",
    CaseKind.MAPPING: "master-data",
    CaseKind.BUSINESS: "service-desk",
    CaseKind.CONTRACT: "integration",
    CaseKind.SECURITY: "security",
    CaseKind.FRAUD: "loss-prevention",
}


class Case(models.Model):
    """One thing a person has to look at. The same trouble again folds into the open case and raises its count."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=12, choices=CaseKind.choices)
    owner = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=200)
    subject = models.CharField(max_length=160)
    run_id = models.UUIDField(null=True)
    correlation_id = models.CharField(max_length=32, blank=True)
    title = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    proposal = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    count = models.IntegerField(default=1)
    opened_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=150, blank=True)
    resolution = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=models.Q(state="open"), name="one_open_case_per_fingerprint"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-last_seen_at"], name="case_desk"),
            models.Index(fields=["run_id"], name="case_run"),
            models.Index(fields=["subject"], name="case_subject"),
        ]

    def __str__(self) -> str:
        return self.title
