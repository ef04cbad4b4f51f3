"""Master data: what we sell, where it lies, through which channels, and what each field's owner says."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models

from canonical.product import NodeKind
from process_apis.catalog import hours
from process_apis.catalog.tender_models import FxRate, TenderKind

__all__ = ["BundlePart", "Channel", "FxRate", "Jurisdiction", "Node", "Product", "ProductKind", "TenderKind"]


class ProductKind(models.TextChoices):
    """Goods lie somewhere and are sent. The others are done or charged along with them."""

    GOODS = "goods", "goods"
    GIFT_WRAP = "gift_wrap", "gift wrap"
    FEE = "fee", "fee"


class Product(models.Model):
    """One sku with its list price and standard cost, in smallest units of `currency`."""

    sku = models.CharField(max_length=64, primary_key=True)
    gtin = models.CharField(max_length=14, blank=True)
    title = models.CharField(max_length=200)
    unit = models.CharField(max_length=3, default="EA")
    tax_code = models.CharField(max_length=32)
    price_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    active = models.BooleanField(default=True)
    kind = models.CharField(
        max_length=12, choices=ProductKind.choices, default=ProductKind.GOODS, db_default=ProductKind.GOODS
    )
    revenue_role = models.CharField(
        max_length=12,
        default="REV",
        db_default="REV",
        help_text="Role of its revenue account, as under Ledger, Accounts.",
    )
    min_age = models.SmallIntegerField(
        default=0, db_default=0, help_text="From which age on it may be handed over; 0: any."
    )
    released_on = models.DateField(
        null=True, blank=True, help_text="It leaves from this day on; before, it is a pre-order."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(min_age__gte=0, min_age__lte=99), name="min_age_is_an_age"),
            models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=models.Q(cost_minor__gte=0), name="cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}"


class Promotion(models.Model):
    """So much off from so much on: the discount is earned while goods for `from_minor`, before it, stay bought.

    By the code that orders' lines name. Other promotions need no row: nothing of them is ever taken back.
    """

    code = models.CharField(max_length=64)
    channel = models.CharField(max_length=64, blank=True, help_text="Empty: all channels.")
    currency = models.CharField(max_length=3)
    from_minor = models.BigIntegerField(help_text="Smallest units, at the order's prices before the discount.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "channel", "currency"], name="one_promotion"),
            models.CheckConstraint(condition=models.Q(from_minor__gt=0), name="promotion_from_something"),
        ]

    def __str__(self) -> str:
        return self.code


class BundlePart(models.Model):
    """A bundle has no stock of its own: so many units of each part make one of it. The price is on the bundle."""

    bundle = models.CharField(max_length=64)
    part = models.CharField(max_length=64)
    units = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bundle", "part"], name="one_part_of_a_bundle"),
            models.CheckConstraint(condition=models.Q(units__gt=0), name="a_part_is_something"),
            models.CheckConstraint(condition=~models.Q(bundle=models.F("part")), name="no_bundle_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.bundle} has {self.units} x {self.part}"


class Node(models.Model):
    """A place that can fulfil. `rank` orders nodes where nothing else decides: lower is asked first.

    `opening_hours` are local: {"mon": [["09:00", "18:00"]], ..., "2026-12-24": [["09:00", "13:00"]], "2026-12-25": []};
    a date goes before its weekday, and no hours at all mean always open. Goods of a node that is not `ours` (a
    marketplace's warehouse) are never promised to our own orders.
    """

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in NodeKind])
    wms = models.CharField(max_length=50, blank=True, help_text="Connection code of the system that sends from here.")
    rank = models.IntegerField(default=100)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    active = models.BooleanField(default=True)
    ours = models.BooleanField(default=True, db_default=True)
    ships = models.BooleanField(default=True, db_default=True, help_text="Sends parcels.")
    offers_pickup = models.BooleanField(default=False, db_default=False, help_text="Hands goods over at its counter.")
    attended = models.BooleanField(default=True, db_default=True, help_text="Somebody is there who can check an age.")
    online = models.BooleanField(default=True, db_default=True, help_text="Its tills can be reached.")
    heard_at = models.DateTimeField(null=True, blank=True, help_text="When it last told us anything; empty: unknown.")
    time_zone = models.CharField(max_length=40, default="Europe/Berlin", db_default="Europe/Berlin")
    opening_hours = models.JSONField(default=dict, blank=True)
    send_cutoff = models.TimeField(default=time(15), db_default=time(15), help_text="What comes later leaves tomorrow.")
    pickup_lead_min = models.IntegerField(default=120, db_default=120, help_text="Minutes until goods are ready.")
    pickup_cutoff_min = models.IntegerField(
        default=60, db_default=60, help_text="Minutes before closing from which picking waits for the next day."
    )
    orders_a_day = models.IntegerField(null=True, blank=True, help_text="How many it can handle; empty: any.")
    send_cost_minor = models.BigIntegerField(default=0, db_default=0, help_text="Cost of one parcel from here.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pickup_lead_min__gte=0, pickup_cutoff_min__gte=0, send_cost_minor__gte=0),
                name="node_times_and_costs_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(orders_a_day__isnull=True) | models.Q(orders_a_day__gte=0),
                name="node_capacity_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        if found := hours.complaints(self.opening_hours, zone=self.time_zone):
            raise ValidationError({"opening_hours": found})

    @property
    def hours(self) -> hours.Hours:
        """When it is open."""
        return hours.Hours(self.opening_hours, self.time_zone)

    @property
    def point(self) -> tuple[float, float] | None:
        """Where it is: latitude and longitude, if both are known."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)


class Channel(models.Model):
    """A place where we sell. `commerce` is the connection that is told what became of an order; none for our own."""

    code = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    taxes_included = models.BooleanField(default=True)
    commerce = models.CharField(max_length=50, blank=True)
    shipping_minor = models.BigIntegerField(default=0, help_text="Shipping price of orders placed with us.")
    status_map = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="Our state of an order → what this channel calls it."
    )
    also_pays_with = models.JSONField(
        default=list, db_default=[], blank=True, help_text="Tender kinds offered here beyond those of every checkout."
    )
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Jurisdiction(models.Model):
    """A country we may sell to: we are registered for its tax, and the tax engine knows its rates."""

    country = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.country
