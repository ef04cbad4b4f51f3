"""How customers may pay, and what one currency is worth in another: master data that finance owns."""

from django.db import models


class SettledBy(models.TextChoices):
    """Who has the money of a tender, and so whom we ask for it."""

    PROVIDER = "provider", "a payment provider holds and takes it"
    STORED_VALUE = "stored_value", "our own book of gift cards, store credit and points"
    CHANNEL = "channel", "the channel takes it and pays it out to us"
    CARRIER = "carrier", "the carrier collects it at the door"
    TERMS = "terms", "the customer pays our invoice later"
    TILL = "till", "a store's till has taken it"


class CaptureAt(models.TextChoices):
    """When held money is taken."""

    ORDER = "order", "when the order is confirmed; it is a deposit until goods leave"
    SHIPMENT = "shipment", "with each parcel, its share"
    PICKUP = "pickup", "when goods are handed over"


class TenderKind(models.Model):
    """A means of payment. `role` is the ledger account its money is cleared through; lower `draw_order` pays first."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=120)
    settled_by = models.CharField(max_length=12, choices=SettledBy.choices)
    role = models.CharField(max_length=12, help_text="Role of the clearing account, as under Ledger, Accounts.")
    draw_order = models.IntegerField(default=50, help_text="Which tender of an order is used up first: the lowest.")
    capture_at = models.CharField(max_length=8, choices=CaptureAt.choices, default=CaptureAt.SHIPMENT)
    due_days = models.IntegerField(default=0, help_text="Days to pay an invoice, where the customer pays later.")
    at_our_checkout = models.BooleanField(default=False, help_text="Storefronts of our own may offer it.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(due_days__gte=0), name="due_days_not_negative")]

    def __str__(self) -> str:
        return self.name


class FxRate(models.Model):
    """What one unit of `base` was worth in `quote` from a day on, and who says so. It holds until a later one."""

    on = models.DateField()
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=64, help_text="for example ECB")

    class Meta:
        verbose_name = "exchange rate"
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "on"], name="one_rate_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_is_something"),
            models.CheckConstraint(condition=~models.Q(base=models.F("quote")), name="rate_between_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.rate} on {self.on}"
