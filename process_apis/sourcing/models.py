"""How to choose the nodes of an order, and what was chosen and why, order by order."""

from django.contrib.postgres.indexes import BTreeIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from process_apis.sourcing.rules import RULES


def _known_rules() -> list[tuple[str, str]]:
    return [(name, f"{name}: {each.explains}") for name, each in RULES.items()]


class SourcingRule(models.Model):
    """One rule in force from a moment, until another. A channel that has rules of its own goes by those alone."""

    rule = models.CharField(max_length=40, choices=_known_rules)
    channel = models.CharField(
        max_length=64, blank=True, help_text="Empty: every channel that has no rules of its own."
    )
    order = models.IntegerField(default=1, help_text="Lower orders decide first; rules of one order are added up.")
    weight = models.IntegerField(default=1, help_text="How often its points count within its order.")
    effective_from = models.DateTimeField(db_default=Now())
    effective_until = models.DateTimeField(null=True, blank=True, help_text="From then on no longer; empty: for good.")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1000), name="sourcing_weight_within_bounds"),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gt=F("effective_from")),
                name="sourcing_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.rule} x {self.weight} ({self.channel or 'every channel'})"

    def clean(self) -> None:
        if self.effective_until and self.effective_from and self.effective_until <= self.effective_from:
            raise ValidationError({"effective_until": "This must come after the beginning."})


class SourcingDecision(models.Model):
    """What was chosen for an order, and what was not and why. `attempt` counts how often we had to look."""

    order_number = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=64)
    attempt = models.IntegerField(default=1)
    chosen = models.JSONField(help_text="Line, sku, node and units of each part.")
    explanation = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.order_number} from {', '.join(sorted({part['node'] for part in self.chosen}))}"


class SourcedFrom(models.Model):
    """A node that an order was given to, to know how many it has of a day; gone when the order is taken back."""

    order_number = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order_number", "node"], name="one_sourced_from")]
        indexes = [BTreeIndex(fields=["node", "at"], name="sourced_from_day")]

    def __str__(self) -> str:
        return f"{self.order_number} from {self.node}"
