"""Clients and their keys. A secret is shown once, when it is made; only its SHA-256 stays."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.settings import APPLICATION_MODEL

from retail_platform.kernel import clock
from retail_platform.kernel.identity.scopes import SCOPES


def known_scopes(scopes: list[str]) -> None:
    """Refuse a scope that no table of ours names."""
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise ValidationError(f"Unknown scope {', '.join(unknown)}; choose from {', '.join(SCOPES)}")


class Client(models.Model):
    """A storefront, a till, a batch sender: somebody who calls us, with the most they may ever do."""

    name = models.SlugField(max_length=60, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), validators=[known_scopes])
    stores = ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text="empty: every store")
    channels = ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text="empty: every channel")
    per_minute = models.PositiveIntegerField(null=True, blank=True, help_text="requests a minute; empty: the default")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    application = models.OneToOneField(
        APPLICATION_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="retail_client"
    )

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """One key of a client, for a till or sender that cannot do OAuth. Its scopes never exceed the client's."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.BinaryField(max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), validators=[known_scopes])
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.client.name} rp_{self.prefix}_…"
