"""Governed rules that lower what channels see of the stock book, and what is known of the nodes' books."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from canonical.product import NodeKind


class PolicyKind(models.TextChoices):
    """What a value means. The first group is looked up for a node, the second for a channel as a whole."""

    SAFETY = "safety", "safety stock: units a node keeps"
    BUFFER = "buffer", "channel buffer: units a channel does not see in a node"
    STALE_BUFFER = "stale_buffer", "stale buffer: units more while a node has not been heard from"
    SHORT_DATED = "short_dated", "short-dated: days before its end from which a lot is not sold"
    ELIGIBILITY = "eligibility", "eligibility: 1 sells, 0 does not"
    ACCURACY_FLOOR = "accuracy_floor", "accuracy floor: least accuracy of a node (0 to 100)"
    CONFIDENCE = "confidence", "confidence: percent of what is on its way that counts"
    SHARE = "share", "share: percent of all units that a channel sees"
    THRESHOLD = "threshold", "threshold: fewer units than this are shown as none"
    BACKORDER = "backorder", "back-order limit: units a channel may sell before they are there"
    BACKORDER_DAYS = "backorder_days", "back-order days: how long a back-ordered unit takes"


class StockPolicy(models.Model):
    """One rule for a scope and a time, [from, until). An empty part of the scope means all.

    The most specific rule wins: a sku goes before a node, a node before a kind of node, that before a channel. A rule
    is never edited: it is closed, and another one follows, so that what was in force stays known.
    """

    kind = models.CharField(max_length=16, choices=PolicyKind.choices)
    sku = models.CharField(max_length=64, blank=True, default="", db_default="")
    node = models.CharField(max_length=32, blank=True, default="", db_default="")
    node_kind = models.CharField(
        max_length=10, blank=True, default="", db_default="", choices=[(kind.value, kind.value) for kind in NodeKind]
    )
    channel = models.CharField(max_length=64, blank=True, default="", db_default="")
    value = models.BigIntegerField()
    effective_from = models.DateTimeField()
    effective_until = models.DateTimeField(null=True, blank=True, help_text="Not in force any more from then on.")
    reason = models.CharField(max_length=500)
    made_by = models.CharField(max_length=150)
    closed_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "stock policies"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "sku", "node", "node_kind", "channel", "effective_from"],
                condition=Q(effective_until__isnull=True) | Q(effective_until__gt=F("effective_from")),
                name="one_policy_from_then",
            ),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gte=F("effective_from")),
                name="policy_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="policy_not_negative"),
            models.CheckConstraint(
                condition=~Q(kind__in=["share", "confidence", "accuracy_floor"]) | Q(value__lte=100),
                name="policy_share_is_a_share",
            ),
            models.CheckConstraint(condition=~Q(kind="eligibility") | Q(value__lte=1), name="policy_yes_or_no"),
            models.CheckConstraint(condition=Q(node="") | Q(node_kind=""), name="policy_node_or_kind"),
        ]
        indexes = [models.Index(fields=["effective_until", "effective_from"], name="policy_in_force")]

    def __str__(self) -> str:
        scope = " ".join(filter(None, (self.sku, self.node, self.node_kind, self.channel))) or "everything"
        return f"{self.kind} {self.value} for {scope}"


class NodeAccuracy(models.Model):
    """How far the book of a node is trusted, 0 to 100, with the terms of the score; worked out now and then."""

    node = models.CharField(max_length=32, primary_key=True)
    score = models.SmallIntegerField()
    terms = models.JSONField(default=list)
    scored_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "accuracy of nodes"

    def __str__(self) -> str:
        return f"{self.node}: {self.score}"


class Watched(models.Model):
    """A node or rule as it was when what channels see was last worked out: when it differs, that is done again."""

    key = models.CharField(max_length=100, primary_key=True)
    state = models.CharField(max_length=500)

    class Meta:
        verbose_name_plural = "watched"

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Recalculation(models.Model):
    """Skus to be worked out anew, a part at a time: those of a node, or all. `done_to` is the last one told."""

    node = models.CharField(max_length=32, blank=True)
    cause = models.CharField(max_length=200)
    done_to = models.CharField(max_length=64, blank=True, default="", db_default="")
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="recalculation_age")]

    def __str__(self) -> str:
        return f"{self.node or 'all nodes'}: {self.cause}"
