"""The book of returns: what was agreed, what came back, what was credited, what was paid back.

Four documents, any of which may be the first to arrive, tied by a return: an authorisation (the return itself), a
receipt, a credit memo, a refund. Amounts are in smallest units of the return's currency, positive towards the customer.
How much of an order line or tender may still go back is guarded in the order book, by its own constraints.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from process_apis.returns.identity_models import IdentityReturn as IdentityReturn
from retail_platform.kernel.append_only import APPEND_ONLY


class ReturnState(models.TextChoices):
    """Where a return stands; the middle ones may be passed in another order, see return_to_refund."""

    REQUESTED = "requested"
    AUTHORISED = "authorised"
    LABEL_ISSUED = "label_issued", "label issued"
    IN_TRANSIT = "in_transit", "on its way"
    RECEIVED = "received"
    INSPECTED = "inspected"
    DISPOSITION_SET = "disposition_set", "disposition set"
    CREDITED = "credited"
    REFUNDED = "refunded"
    CLOSED = "closed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    LOST_IN_TRANSIT = "lost_in_transit", "lost on its way"
    REFUND_FAILED = "refund_failed", "refund failed"
    HELD = "held"


class ReturnPolicy(models.Model):
    """What finance allows: the row of channel and tax code goes before that of the channel, that before the general."""

    channel = models.CharField(max_length=64, blank=True, help_text="Empty: all channels.")
    tax_code = models.CharField(max_length=32, blank=True, help_text="Category of goods by tax code. Empty: all.")
    window_days = models.IntegerField(default=30)
    fee_percent = models.JSONField(default=dict, blank=True, help_text='Restocking fee by condition: {"opened": 10}')
    shipping = models.CharField(
        max_length=6,
        default="whole",
        choices=[("whole", "with the last unit"), ("never", "never"), ("always", "always")],
    )
    approval_above_minor = models.BigIntegerField(default=50_000, help_text="From here on a second person agrees.")
    often = models.IntegerField(
        default=0,
        db_default=0,
        help_text="After so many returns of a customer in thirty days, a second person agrees. 0: no limit.",
    )
    stored_value = models.CharField(
        max_length=5,
        default="last",
        db_default="last",
        choices=[("last", "last, after the cards"), ("first", "first, before the cards")],
        help_text="When gift cards and store credit get theirs back.",
    )
    final_sale = models.BooleanField(default=False, help_text="Nothing of this comes back.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "return policies"
        constraints = [
            models.UniqueConstraint(fields=["channel", "tax_code"], name="one_return_policy"),
            models.CheckConstraint(
                condition=Q(window_days__gte=0) & Q(approval_above_minor__gte=0) & Q(often__gte=0),
                name="return_policy_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel or 'all channels'}, {self.tax_code or 'all goods'}: {self.window_days} days"


class ReturnKind(models.TextChoices):
    RETURN = "return"
    EXCHANGE = "exchange"
    GOODWILL = "goodwill", "goodwill, no goods"
    CHANNEL_REFUND = "channel_refund", "refunded by the channel"
    ADVANCE = "advance", "refunded before the goods are here"


class HeldFor(models.TextChoices):
    NOTHING = "", "nothing"
    PERIOD = "period", "a period that is closed"
    DISPUTE = "dispute", "a dispute that is open"
    NO_SALE = "no_sale", "the sale, which is not booked yet"
    APPROVAL = "approval", "a second person's word"


LABEL_WANTED = "wanted"  # what stands in a return's label until there is one


class Return(models.Model):
    """One return of one order, or of none where there is no receipt. `key` is who asked for it and how, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=32, unique=True)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=16, choices=ReturnKind.choices, default=ReturnKind.RETURN)
    state = models.CharField(max_length=16, choices=ReturnState.choices, default=ReturnState.REQUESTED)
    held_for = models.CharField(max_length=10, choices=HeldFor.choices, default=HeldFor.NOTHING, blank=True)
    waits_for = models.CharField(max_length=120, blank=True, help_text="The document it is held for.")
    channel = models.CharField(max_length=64, help_text="Where it was asked for.")
    order_number = models.CharField(max_length=64, blank=True)
    node = models.CharField(max_length=32, blank=True, help_text="Where the goods come back to.")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    customer_reference = models.CharField(max_length=120, blank=True)
    customer_hash = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="Tells customers apart to count their returns."
    )
    requested_by = models.CharField(max_length=160, blank=True)
    approved_by = models.CharField(max_length=160, blank=True)
    refuse_reason = models.CharField(max_length=500, blank=True)
    arithmetic = models.JSONField(default=list, help_text="How the amount came about: pairs of words and amounts.")
    total_minor = models.BigIntegerField(default=0)
    shipping_minor = models.BigIntegerField(default=0, db_default=0)
    shipping_tax_minor = models.BigIntegerField(default=0, db_default=0)
    clawback_minor = models.BigIntegerField(default=0, db_default=0)
    goodwill_minor = models.BigIntegerField(default=0, db_default=0, help_text="Of a goodwill: net of tax.")
    goodwill_tax_minor = models.BigIntegerField(default=0, db_default=0)
    settled_as = models.CharField(
        max_length=14,
        blank=True,
        default="",
        db_default="",
        help_text="All goes this way; empty: as it was paid.",
    )
    label = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=64, blank=True)
    correlation_id = models.CharField(max_length=32, blank=True)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(total_minor__gte=0), name="return_total_not_negative")]
        indexes = [
            models.Index(fields=["order_number"], name="return_order"),
            models.Index(fields=["state", "-requested_at"], name="return_state"),
            models.Index(
                fields=["customer_hash", "-requested_at"], condition=~Q(customer_hash=""), name="return_customer"
            ),
            models.Index(
                fields=["expires_at"], condition=Q(state__in=["authorised", "label_issued"]), name="return_expiry"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def label_url(self) -> str:
        """Where the label is printed; empty until the carrier has made one."""
        return "" if self.label == LABEL_WANTED else self.label


class ReturnLine(models.Model):
    """Units of an order line that come back, and what the customer gets for them."""

    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    line_id = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    units = models.IntegerField()
    received = models.IntegerField(default=0)
    condition = models.CharField(max_length=16, default="new")
    serial = models.CharField(max_length=64, blank=True)
    net_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    unit_cost_minor = models.BigIntegerField(default=0)
    cost_currency = models.CharField(max_length=3, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "line_id", "sku"], name="one_return_line"),
            models.CheckConstraint(condition=Q(units__gt=0) & Q(received__gte=0), name="return_line_units"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.units} x {self.sku}"


class Disposition(models.TextChoices):
    PENDING = "pending", "awaiting inspection"
    RESTOCK = "restock"
    REFURBISH = "refurbish"
    QUARANTINE = "quarantine"
    VENDOR_RETURN = "vendor_return", "return to vendor"
    DESTROY = "destroy"
    TO_CUSTOMER = "to_customer", "sent back to the customer"


class Suspicion(models.TextChoices):
    """Why goods are looked at by others before anybody is paid for them."""

    EMPTY_BOX = "empty_box", "the box is empty"
    SERIAL_MISMATCH = "serial_mismatch", "another serial number than was sold"
    OTHER_ITEM = "other_item", "something else is in the box"


class Receipt(models.Model):
    """Goods that came back to a node. Without a return they are kept and shown until somebody says whose they are."""

    key = models.CharField(max_length=200, unique=True)
    parent = models.ForeignKey(Return, null=True, on_delete=models.PROTECT, related_name="receipts")
    node = models.CharField(max_length=32)
    received_by = models.CharField(max_length=160, blank=True)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class ReceiptLine(models.Model):
    """Units of one sku of a receipt, and what became of them. `cost_minor` is what they stand in the books for."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    position = models.IntegerField()
    line_id = models.CharField(max_length=64, blank=True)
    sku = models.CharField(max_length=64)
    units = models.IntegerField()
    serial = models.CharField(max_length=64, blank=True)
    condition = models.CharField(max_length=16, default="new")
    disposition = models.CharField(max_length=16, choices=Disposition.choices, default=Disposition.PENDING)
    suspect = models.CharField(max_length=120, blank=True, help_text="Why it is in the fraud queue; empty: it is not.")
    cost_minor = models.BigIntegerField(default=0)
    cost_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    value_minor = models.BigIntegerField(null=True, help_text="What is left of the cost after a mark-down.")
    inspected_by = models.CharField(max_length=160, blank=True)
    inspected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receipt", "position"], name="one_receipt_line"),
            models.CheckConstraint(condition=Q(units__gte=0) & Q(cost_minor__gte=0), name="receipt_line_units"),
            models.CheckConstraint(
                condition=Q(value_minor__isnull=True) | Q(value_minor__gte=0) & Q(value_minor__lte=F("cost_minor")),
                name="marked_down_not_up",
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.units} x {self.sku}: {self.disposition}"


class CreditMemo(models.Model):
    """What we owe a customer for what came back, one for each settlement of a return. Parts add up to the total."""

    number = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=200, unique=True)
    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="memos")
    order_number = models.CharField(max_length=64, blank=True)
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField(default=0)
    shipping_tax_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0, help_text="Restocking fee that we keep.")
    clawback_minor = models.BigIntegerField(default=0, help_text="Promotion that is not earned any more.")
    total_minor = models.BigIntegerField()
    lines = models.JSONField(default=list, help_text="line_id, sku, units, net_minor, tax_minor of each line.")
    booked_on = models.DateField(null=True)
    erp_reference = models.CharField(max_length=64, blank=True)
    tax_reference = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("net_minor")
                    + F("tax_minor")
                    + F("shipping_minor")
                    + F("shipping_tax_minor")
                    - F("fee_minor")
                    - F("clawback_minor")
                )
                & Q(total_minor__gte=0),
                name="credit_memo_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["order_number"], name="credit_memo_order")]

    def __str__(self) -> str:
        return self.number


class RefundState(models.TextChoices):
    PENDING = "pending"
    HELD = "held"
    SENT = "sent", "asked for, outcome not known yet"
    DONE = "done"
    FAILED = "failed"
    REPLACED = "replaced", "paid another way"


class RefundWay(models.TextChoices):
    ORIGINAL = "original", "to the tender it was paid with"
    GIFT_CARD = "gift_card", "to a gift card"
    STORE_CREDIT = "store_credit", "as store credit"
    TRANSFER = "transfer", "by bank transfer"
    CASH = "cash", "in cash from the till"
    CHANNEL = "channel", "by the channel"
    EXCHANGE = "exchange", "towards another order"
    CLAIM = "claim", "off what the customer still owes"


class Refund(models.Model):
    """Money on its way back, one row for each taking of a tender.

    `payment` is the tender's place in the order, if it has one; `taken_reference` is what its money was taken under.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    key = models.CharField(max_length=200, unique=True)
    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="refunds")
    memo = models.ForeignKey(CreditMemo, null=True, on_delete=models.PROTECT, related_name="refunds")
    order_number = models.CharField(max_length=64, blank=True)
    payment = models.IntegerField(null=True)
    taken_reference = models.CharField(max_length=255, blank=True, default="", db_default="")
    way = models.CharField(max_length=14, choices=RefundWay.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=RefundState.choices, default=RefundState.PENDING)
    account = models.CharField(max_length=64, blank=True, help_text="The stored-value account it went to.")
    provider_reference = models.CharField(max_length=255, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    approved_by = models.CharField(max_length=160, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_something")]
        indexes = [models.Index(fields=["order_number"], name="refund_order")]

    def __str__(self) -> str:
        return f"{self.way} {self.amount_minor} {self.currency}: {self.state}"


class DisputeState(models.TextChoices):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Dispute(models.Model):
    """A chargeback: the customer's bank has taken the money back until it is decided who keeps it."""

    reference = models.CharField(max_length=120, unique=True, help_text="The provider's own.")
    order_number = models.CharField(max_length=64)
    payment = models.IntegerField()
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=5, choices=DisputeState.choices, default=DisputeState.OPEN)
    evidence = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0) & Q(fee_minor__gte=0), name="dispute_is_something")
        ]
        indexes = [models.Index(fields=["order_number"], name="dispute_order")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"


class ReturnEvent(models.Model):
    """The history of a return, append-only."""

    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    by = models.CharField(max_length=160, blank=True)
    correlation_id = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.name} {self.parent_id}"
