"""What a client already asked under which key, and what it was answered."""

from django.db import models


class IdempotentCall(models.Model):
    """One finished call. The row commits together with the effect, so there is never the one without the other."""

    client = models.CharField(max_length=60)
    operation = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("client", "operation", "key"), name="idempotent_call_once"),)

    def __str__(self) -> str:
        return f"{self.client} {self.operation} {self.key}"
