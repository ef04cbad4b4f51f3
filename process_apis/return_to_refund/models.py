"""What a customer takes for goods that come back: the wish that ties a return to the order that follows from it."""

from django.db import models


class Exchange(models.Model):
    """New goods for those of a return. `agreed_minor` is what the return was to bring when this was agreed.

    `difference` is what the customer pays on top with (kind, reference, taken already or not); `paid_out` the way that
    what is left over goes, empty: as it was paid. Goods that were `handed_over` are in the customer's hands already.
    """

    parent = models.OneToOneField("returns.Return", on_delete=models.PROTECT, related_name="exchange")
    channel = models.CharField(max_length=64, help_text="Where the new goods are sold.")
    currency = models.CharField(max_length=3)
    node = models.CharField(max_length=32, blank=True, help_text="Whose counter hands them over; empty: they are sent.")
    lines = models.JSONField(help_text="sku, quantity, unit_price_minor of each.")
    total_minor = models.BigIntegerField()
    agreed_minor = models.BigIntegerField()
    difference = models.JSONField(default=dict, blank=True)
    paid_out = models.CharField(max_length=14, blank=True)
    handed_over = models.BooleanField(default=False)
    carried_minor = models.BigIntegerField(default=0, help_text="Of what is owed, in the return's currency.")
    credit_minor = models.BigIntegerField(default=0, help_text="The same in the currency of the new goods.")
    order_number = models.CharField(max_length=64, blank=True, db_index=True)
    called_off = models.CharField(max_length=200, blank=True, help_text="Why it came to nothing.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total_minor__gt=0, agreed_minor__gte=0), name="exchange_is_for_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.parent_id}: {self.total_minor} {self.currency}"
