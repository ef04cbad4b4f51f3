"""The order book: what was agreed, what has left, what was paid. Money in smallest units of the order's currency."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from canonical.order import LineKind
from process_apis.orders.cancellation_models import AskedBy, Cancellation, CancellationLine, CancellationState
from process_apis.orders.customer_models import Customer, CustomerReference
from process_apis.orders.payment_models import Payment, PaymentMovement, PaymentState
from process_apis.orders.serial_models import ShippedSerial
from retail_platform.kernel.append_only import APPEND_ONLY

__all__ = [
    "AskedBy",
    "Cancellation",
    "CancellationLine",
    "CancellationState",
    "Customer",
    "CustomerReference",
    "HoldReason",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderState",
    "Parcel",
    "ParcelLine",
    "ParcelState",
    "ParcelTender",
    "Payment",
    "PaymentMovement",
    "PaymentState",
    "ShippedSerial",
]


class OrderState(models.TextChoices):
    """Where an order stands. Derived from its lines and money; see decisions in order_to_cash."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    RESERVED = "reserved"
    RELEASED = "released"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class HoldReason(models.TextChoices):
    """Why an order does not go on though its state would let it."""

    FRAUD = "fraud"
    PAYMENT = "payment"
    MAPPING = "mapping"
    STOCK = "stock"


class Order(models.Model):
    """One order. (channel, channel_order_id) is its identity at the place where it was sold, kept for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=64)
    channel_order_id = models.CharField(max_length=64)
    channel_version = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=OrderState.choices, default=OrderState.RECEIVED)
    on_hold = models.CharField(max_length=8, choices=HoldReason.choices, blank=True, default="", db_default="")
    entity = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    taxes_included = models.BooleanField()
    shipping_minor = models.BigIntegerField()
    shipping_tax_minor = models.BigIntegerField(null=True)
    total_minor = models.BigIntegerField()
    customer_reference = models.CharField(max_length=120, blank=True)
    customer_name = models.CharField(max_length=200, blank=True)
    customer_email = models.CharField(max_length=254, blank=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="orders")
    ship_to = models.JSONField()
    pickup_node = models.CharField(max_length=32, blank=True, db_default="", default="")  # the store; none: it is sent
    erp_reference = models.CharField(max_length=64, blank=True)
    releases = models.JSONField(default=dict, db_default={})  # node → what its system calls our request to send
    risk = models.CharField(max_length=200, blank=True, default="", db_default="")  # why it should be looked at
    cleared_by = models.CharField(max_length=160, blank=True, default="", db_default="")  # who looked, and let it go on
    purchase_order = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )  # the buyer's own name of it
    sold_at = models.CharField(max_length=32, blank=True, default="", db_default="")  # the store whose staff took it
    placed_by = models.CharField(max_length=160, blank=True, default="", db_default="")  # an operator; none: the buyer
    replaces = models.CharField(max_length=64, blank=True, default="", db_default="")  # the order it was made from
    edit_of = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )  # what the channel called the order it cancelled and made anew as this one
    cancel_reason = models.CharField(max_length=500, blank=True)
    correlation_id = models.CharField(max_length=32, blank=True)
    placed_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "channel_order_id"], name="one_order_per_channel_id"),
        ]
        indexes = [
            models.Index(fields=["state", "-received_at"], name="order_state"),
            models.Index(fields=["-received_at"], name="order_recent"),
            models.Index(fields=["correlation_id"], name="order_correlation"),
            models.Index(fields=["channel", "edit_of"], condition=~Q(edit_of=""), name="order_edit_of"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One sku of an order; `discount_minor` is for all its units. Title, tax code and cost are those of that day."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    line_id = models.CharField(max_length=64)
    position = models.IntegerField()
    sku = models.CharField(max_length=64)
    title = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=3)
    quantity = models.IntegerField()
    shipped = models.IntegerField(default=0)
    cancelled = models.IntegerField(default=0)
    cancel_requested = models.IntegerField(default=0, db_default=0)  # asked for, and not decided yet
    returned = models.IntegerField(default=0, db_default=0)  # shipped units that a return has claimed
    unit_price_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(null=True)
    tax_code = models.CharField(max_length=32, blank=True)
    unit_cost_minor = models.BigIntegerField(default=0)
    cost_currency = models.CharField(max_length=3, blank=True)
    kind = models.CharField(
        max_length=20, choices=[(kind.value, kind.value) for kind in LineKind], default="goods", db_default="goods"
    )
    contract = models.CharField(max_length=64, blank=True, default="", db_default="")
    wanted_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)  # the day from which it leaves, where that is later
    min_age = models.SmallIntegerField(default=0, db_default=0)
    instead_of = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )  # the line it is sent instead of
    belongs_to = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )  # of a gift wrap or fee: the line it is for
    promotion = models.CharField(max_length=64, blank=True, default="", db_default="")  # what all of the discount is of
    revenue = models.JSONField(default=dict, db_default={})  # account role → weight; none: goods revenue

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line_id"], name="one_line_per_id"),
            models.CheckConstraint(
                condition=Q(shipped__gte=0, cancelled__gte=0) & Q(quantity__gte=F("shipped") + F("cancelled")),
                name="no_more_than_ordered",
            ),
            models.CheckConstraint(condition=Q(cancel_requested__gte=0), name="cancel_requested_not_negative"),
            models.CheckConstraint(
                condition=Q(returned__gte=0) & Q(returned__lte=F("shipped")), name="no_more_back_than_left"
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"

    @property
    def sold_as(self) -> str:
        """The line under which its channel knows it."""
        return self.instead_of or self.line_id

    @property
    def is_service(self) -> bool:
        """Has it no stock? Then it is billed with the first parcel of its order."""
        return LineKind(self.kind).is_service


class ParcelState(models.TextChoices):
    DISPATCHED = "dispatched"
    CAPTURED = "captured"
    INVOICED = "invoiced"
    BOOKED = "booked"
    SETTLED = "settled"


class Parcel(models.Model):
    """One parcel that left, with its share of the order's money. The last one of an order takes what is left over."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parcels")
    shipment_id = models.CharField(max_length=64, unique=True)
    position = models.IntegerField()
    node = models.CharField(max_length=32)
    carrier = models.CharField(max_length=64, blank=True)
    tracking_number = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=ParcelState.choices, default=ParcelState.DISPATCHED)
    shipping_minor = models.BigIntegerField()
    shipping_tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    functional_minor = models.BigIntegerField(null=True, help_text="The total in the entity's own currency.")
    functional_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    fx_rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    fx_source = models.CharField(max_length=80, blank=True, default="", db_default="")
    invoice_number = models.CharField(max_length=64, unique=True)
    dispatched_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="one_parcel_per_position")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.shipment_id


class ParcelLine(models.Model):
    """Units of an order line in a parcel, and their share of its money: before discount and tax, and each of those."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="parcel_lines")
    quantity = models.IntegerField()
    net_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "line"], name="one_parcel_line")]
        ordering = ["id"]


class ParcelTender(models.Model):
    """How much of a parcel one tender pays for."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="tenders")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="parcel_tenders")
    amount_minor = models.BigIntegerField()
    due_on = models.DateField(null=True, help_text="By when the customer pays it, where that is later.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "payment"], name="one_tender_per_parcel"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="tender_pays_something"),
        ]


class OrderEvent(models.Model):
    """The history of an order, append-only."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    correlation_id = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.name} {self.order_id}"
