"""Which accounts we have at which vendors: one row is one account, with its credentials, budget, breaker and health."""

import uuid

import pghistory
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

from system_apis.connections.sealed import SealedField
from system_apis.errors import ContractBroken


class Kind(models.TextChoices):
    """The kinds of system we talk to; each has a folder of its own."""

    COMMERCE = "commerce"
    ERP = "erp"
    WMS = "wms"
    PAYMENTS = "payments"
    TAX = "tax"
    POS = "pos"
    CARRIER = "carrier"


class BreakerState(models.TextChoices):
    """Closed lets calls through, open refuses them, half open lets a few probes through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


# Left out of the history: secrets, and what changes with every call.
_UNTOLD = ["credentials", "last_ok_at", "last_fault_at", "last_fault", "breaker_probes", "breaker_good"]


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=_UNTOLD, append_only=True
)
class Connection(models.Model):
    """One account at one vendor. `settings` holds what only that vendor needs; secrets never go there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=64, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")])
    kind = models.CharField(max_length=16, choices=Kind.choices)
    vendor = models.SlugField(max_length=32)
    base_url = models.CharField(max_length=300)
    channel = models.CharField(max_length=64, blank=True, help_text="the channel whose orders come from here")
    active = models.BooleanField(default=True)
    credentials = SealedField(blank=True, default=bytes)
    credentials_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    settings = models.JSONField(blank=True, default=dict)
    budget_per_s = models.PositiveIntegerField(default=200, validators=[MinValueValidator(1)])
    breaker_state = models.CharField(max_length=16, choices=BreakerState.choices, default=BreakerState.CLOSED)
    breaker_until = models.DateTimeField(null=True, blank=True)
    breaker_trips = models.PositiveSmallIntegerField(default=0)
    breaker_probes = models.PositiveSmallIntegerField(default=0)  # how many more calls may try
    breaker_good = models.PositiveSmallIntegerField(default=0)  # how many that tried came back well
    last_ok_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_fault_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_fault = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["kind", "active"])]
        ordering = ["kind", "code"]
        constraints = [
            models.CheckConstraint(name="connection_kind_known", condition=models.Q(kind__in=Kind.values)),
            models.CheckConstraint(name="connection_budget_positive", condition=models.Q(budget_per_s__gte=1)),
            models.UniqueConstraint(
                name="one_active_shop_a_channel",
                fields=["channel"],
                condition=models.Q(kind="commerce", active=True),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def secret(self, name: str) -> str:
        """One credential. Raises ContractBroken with what to do when nobody has entered it."""
        value = self.credentials.get(name, "")
        if not value:
            raise ContractBroken(
                f"connection {self.code} has no credential {name!r}; "
                f"enter it with manage.py connect --code {self.code} --secret {name}=..."
            )
        return str(value)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets a webhook may be signed with: the present one and, during a rotation, the previous one."""
        names = ("webhook_secret", "webhook_secret_previous")
        credentials = self.credentials
        return tuple(credentials[name] for name in names if credentials.get(name))

    @property
    def masked_credentials(self) -> dict[str, str]:
        """The names of the credentials with the last four characters, for people to recognize them by."""
        return {name: f"…{value[-4:]}" if len(value) >= 12 else "…" for name, value in self.credentials.items()}
