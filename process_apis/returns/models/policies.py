"""What finance allows customers to bring back."""

from django.db import models
from django.db.models import Q


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
    elsewhere_above_minor = models.BigIntegerField(
        default=1_000_000,
        db_default=1_000_000,
        help_text="From here on, of what leaves by transfer or in cash for one customer in thirty days, a second "
        "person agrees and compliance is told.",
    )
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
                condition=Q(
                    window_days__gte=0, approval_above_minor__gte=0, often__gte=0, elsewhere_above_minor__gte=0
                ),
                name="return_policy_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel or 'all channels'}, {self.tax_code or 'all goods'}: {self.window_days} days"
