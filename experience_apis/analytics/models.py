"""How far the stream of facts may be read without missing one that commits late."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Horizon(models.Model):
    """One row. Up to `settled_id` every fact is there that ever will be; `candidate_id` is as far as that will come
    once the transactions in `waits_for` are over. See Note [Horizon] in horizon.py.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    settled_id = models.BigIntegerField(default=0)
    candidate_id = models.BigIntegerField(default=0)
    waits_for = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_horizon")]

    def __str__(self) -> str:
        return f"settled up to {self.settled_id}"
