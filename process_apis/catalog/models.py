"""Master data: what we sell, where it lies, through which channels, and what each field's owner says."""

from django.db import models

from canonical.product import NodeKind


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

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=models.Q(cost_minor__gte=0), name="cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}"


class Node(models.Model):
    """A place that can fulfil. `rank` orders nodes where nothing else decides: lower is asked first."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in NodeKind])
    wms = models.CharField(max_length=50, blank=True, help_text="Connection code of the system that sends from here.")
    rank = models.IntegerField(default=100)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Channel(models.Model):
    """A place where we sell. `commerce` is the connection that is told what became of an order; none for our own."""

    code = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    taxes_included = models.BooleanField(default=True)
    commerce = models.CharField(max_length=50, blank=True)
    shipping_minor = models.BigIntegerField(default=0, help_text="Shipping price of orders placed with us.")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Jurisdiction(models.Model):
    """A country we may sell to: we are registered for its tax, and the tax engine knows its rates."""

    country = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.country
