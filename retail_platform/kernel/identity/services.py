"""Make and revoke clients and their keys."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from oauth2_provider.models import get_application_model

from retail_platform.kernel import clock
from retail_platform.kernel.identity.models import ApiKey, Client

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def ensure_client(
    *, name: str, scopes: list[str], stores: list[str] | None = None, channels: list[str] | None = None,
    per_minute: int | None = None,
) -> Client:  # fmt: skip
    """The client of this name, made or brought to exactly these limits. Raises ValidationError for unknown scopes."""
    client = Client.objects.filter(name=name).first() or Client(name=name)
    client.scopes = sorted(set(scopes))
    client.stores, client.channels = stores or [], channels or []
    client.per_minute = per_minute
    client.full_clean()
    client.save()
    return client


def widen_client(*, name: str, scopes: list[str], stores: list[str], channels: list[str]) -> Client:
    """The client of this name with these scopes besides those it has; stores and channels are replaced if given."""
    there = Client.objects.filter(name=name).first()
    if there is None:
        return ensure_client(name=name, scopes=scopes, stores=stores, channels=channels)
    return ensure_client(
        name=name,
        scopes=[*there.scopes, *scopes],
        stores=stores or there.stores,
        channels=channels or there.channels,
        per_minute=there.per_minute,
    )


def make_key(*, client: Client, scopes: list[str] | None = None, expires_at: datetime | None = None) -> str:
    """A new key of the client, in full; it cannot be shown again."""
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    key = f"rp_{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKey(client=client, prefix=prefix, scopes=sorted(set(client.scopes if scopes is None else scopes)))
    row.digest = sha256(key.encode()).digest()
    row.expires_at = expires_at
    row.full_clean(exclude=["digest"])
    row.save()
    return key


def revoke_key(*, prefix: str) -> bool:
    """Take a key back; every process refuses it within five seconds. False if there is no such live key."""
    live = ApiKey.objects.filter(prefix=prefix, revoked_at=None)
    return live.update(revoked_at=clock.now()) == 1


@transaction.atomic
def make_oauth(*, client: Client) -> tuple[str, str]:
    """A fresh OAuth client id and secret for the client; former ones stop working. The secret is shown once."""
    application_model = get_application_model()
    if client.application_id:
        application_model.objects.filter(pk=client.application_id).delete()
    secret = secrets.token_urlsafe(32)
    application = application_model.objects.create(
        name=client.name,
        client_secret=secret,
        client_type=application_model.CLIENT_CONFIDENTIAL,
        authorization_grant_type=application_model.GRANT_CLIENT_CREDENTIALS,
    )
    client.application = application
    client.save(update_fields=["application"])
    return application.client_id, secret
