"""Who buys: one person however many channels know them, and under whatever names these do."""

import uuid

from django.db import models
from django.db.models.functions import Now


class Customer(models.Model):
    """One person. `email` is in lower case, and no two people have the same."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, null=True, unique=True)
    same_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="others")
    first_seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name or self.email or str(self.id)


class CustomerReference(models.Model):
    """What a channel calls a person."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="references")
    channel = models.CharField(max_length=64)
    reference = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "reference"], name="one_person_per_reference")]

    def __str__(self) -> str:
        return f"{self.channel} {self.reference}"
