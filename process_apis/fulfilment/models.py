"""What nodes were asked to send, and by when they are to say yes; what is sent later, and the rules for it."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from canonical.product import NodeKind
from process_apis.fulfilment.decisions import WAYS, ways_of


class HandlingRule(models.Model):
    """What is done when a node has less than it was asked to send, and how long it may take to say yes to a request.

    The most specific rule in force counts: a node goes before a kind of node, that before a channel. A rule is ended
    rather than changed, so that old decisions can be understood.
    """

    channel = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="Empty: every channel.")
    node = models.CharField(max_length=32, blank=True, default="", db_default="", help_text="Empty: every node.")
    node_kind = models.CharField(
        max_length=10, blank=True, default="", db_default="", choices=[(kind.value, kind.value) for kind in NodeKind]
    )
    ways = models.CharField(
        max_length=80,
        default="resource,backorder,cancel",
        help_text=f"What is tried in turn for units that are missing, of: {', '.join(WAYS)}.",
    )
    acknowledge_min = models.IntegerField(default=240, help_text="Minutes a node has to say yes; 0: it need not.")
    effective_from = models.DateTimeField(db_default=Now())
    effective_until = models.DateTimeField(null=True, blank=True, help_text="From then on no longer; empty: for good.")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(acknowledge_min__gte=0), name="acknowledge_min_not_negative"),
            models.CheckConstraint(condition=Q(node="") | Q(node_kind=""), name="handling_node_or_kind"),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gt=F("effective_from")),
                name="handling_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        scope = " ".join(filter(None, (self.node, self.node_kind, self.channel))) or "everything"
        return f"{self.ways} for {scope}"

    def clean(self) -> None:
        if strange := [way for way in ways_of(self.ways) if way not in WAYS]:
            raise ValidationError({"ways": f"There is no {', '.join(strange)}; choose of {', '.join(WAYS)}."})


class Substitute(models.Model):
    """A product that may be sent instead of another. It never costs the customer more than what was agreed."""

    sku = models.CharField(max_length=64)
    substitute = models.CharField(max_length=64)
    rank = models.IntegerField(default=100, help_text="Lower is tried first.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "substitute"], name="one_substitute"),
            models.CheckConstraint(condition=~Q(sku=F("substitute")), name="no_substitute_of_itself"),
        ]
        ordering = ["sku", "rank", "id"]

    def __str__(self) -> str:
        return f"{self.substitute} instead of {self.sku}"


class RequestState(models.TextChoices):
    ASKED = "asked", "asked: it has not said anything yet"
    TAKEN = "taken", "taken: the node has said yes, or sent something"
    RECALLING = "recalling", "recalling: it was silent for too long"
    RECALLED = "recalled", "recalled: others were asked instead"


class SendRequest(models.Model):
    """One request to a node to send its part of an order, and when it is to have said yes."""

    order_number = models.CharField(max_length=64)
    channel = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    reference = models.CharField(max_length=64, help_text="What the node's system calls it.")
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.ASKED)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    correlation_id = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "reference"], name="one_request_of_a_name")]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(state="asked", told_at=None), name="request_due"),
            models.Index(fields=["order_number"], name="request_order"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} at {self.node}"


class Cause(models.TextChoices):
    SHORT_PICK = "short_pick", "the node had less than its book said"
    NOT_ANSWERED = "not_answered", "the node did not answer"
    NOT_THERE_YET = "not_there_yet", "sold before it is there"


class Way(models.TextChoices):
    """What became of units that were missing."""

    RESOURCE = "resource", "another node sends them"
    SUBSTITUTE = "substitute", "another product is sent instead"
    BACKORDER = "backorder", "they are sent when they are there"
    CANCEL = "cancel", "they are taken off the order"


class LaterState(models.TextChoices):
    WAITING = "waiting"
    SENDING = "sending", "sending: a node is being asked"
    SENT = "sent", "sent: a node has been asked"
    DROPPED = "dropped", "dropped: nothing of it is to be sent any more"


class SentLater(models.Model):
    """Units of a line that a node is asked for later than for the rest: they are promised there all the while."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    order_number = models.CharField(max_length=64)
    line_id = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    node = models.CharField(max_length=32)
    units = models.BigIntegerField()
    cause = models.CharField(max_length=16, choices=Cause.choices)
    way = models.CharField(max_length=12, choices=Way.choices)
    needs_goods = models.BooleanField(default=False, help_text="They are not there yet.")
    promised_on = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=LaterState.choices, default=LaterState.WAITING)
    sent_by = models.UUIDField(null=True, help_text="The one of several for the same node that asks for all of them.")
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "sent later"
        constraints = [models.CheckConstraint(condition=Q(units__gte=0), name="later_units_not_negative")]
        indexes = [
            models.Index(fields=["order_number"], name="later_order"),
            models.Index(fields=["sku", "node"], condition=Q(state="waiting"), name="later_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.units} x {self.sku} of {self.order_number} from {self.node}"
