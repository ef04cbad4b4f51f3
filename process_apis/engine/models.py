"""Runs and their steps: what PostgreSQL remembers while Celery carries."""

import uuid

from django.db import models
from django.db.models.functions import Cast, Now


class RunState(models.TextChoices):
    READY = "ready", "ready"
    RUNNING = "running", "running"
    WAITING = "waiting", "waiting for a fact"
    RETRYING = "retrying", "waiting to try again"
    PARKED = "parked", "parked, with a case"
    DONE = "done", "done"
    UNDONE = "undone", "undone"


FINISHED = (RunState.DONE, RunState.UNDONE)


class Direction(models.TextChoices):
    FORWARD = "forward"
    UNDOING = "undoing"


class ProcessRun(models.Model):
    """One passage of one subject through one journey.

    `fence` rises with each claim: a worker that slept past its lease finds it changed and writes nothing.
    `claims` counts claims since the last progress: a step that kills its worker is found by it.
    `signals` counts facts that concern the run: a fact that comes while a step decides to wait is not missed.
    `business_date` and `priority` (1 first) say whose turn it is where many are due at once, as after an outage.
    `generation` is part of every vendor key; it rises only when a person says "send as new".
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    process = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.READY)
    direction = models.CharField(max_length=10, choices=Direction.choices, default=Direction.FORWARD)
    step = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    business_date = models.DateField(db_default=Cast(Now(), models.DateField()))
    priority = models.SmallIntegerField(default=5, db_default=5)
    correlation_id = models.CharField(max_length=32, blank=True)
    generation = models.IntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    claims = models.IntegerField(default=0)
    wakes = models.IntegerField(default=0)
    signals = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    next_wake_at = models.DateTimeField(null=True)
    waiting_for = models.CharField(max_length=64, blank=True)
    deadline_at = models.DateTimeField()
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "subject"], name="one_run_per_subject")]
        indexes = [
            models.Index(fields=["next_wake_at"], condition=models.Q(next_wake_at__isnull=False), name="run_due"),
            models.Index(fields=["subject"], name="run_subject"),
            models.Index(fields=["state", "-created_at"], name="run_state"),
            models.Index(fields=["-created_at", "-id"], name="run_newest"),
            models.Index(fields=["correlation_id"], name="run_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.process} {self.subject}"


class StepState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    WAITING = "waiting"
    RETRYING = "retrying"
    REFUSED = "refused"
    PARKED = "parked"


class RunStep(models.Model):
    """One step of one run. `maybe_sent` says an attempt may have reached the vendor without our knowing its outcome."""

    run = models.ForeignKey(ProcessRun, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=60)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    state = models.CharField(max_length=10, choices=StepState.choices)
    attempts = models.IntegerField(default=0)
    maybe_sent = models.BooleanField(default=False)
    key = models.CharField(max_length=32, blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(db_default=Now())
    last_tried_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_row_per_step")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
