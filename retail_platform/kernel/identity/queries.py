"""Whose credential this is. Answers are kept in the process for a few seconds, so a hot caller costs no query."""

import hmac
import time
from datetime import datetime
from hashlib import sha256

from oauth2_provider.models import get_access_token_model

from retail_platform.kernel.identity.models import ApiKey, Client
from retail_platform.kernel.identity.principal import Principal

_KEPT_S = 3.0  # a revoked credential is refused everywhere within five seconds
_KEPT_MOST = 10_000
_kept: dict[bytes, tuple[float, Principal]] = {}
_strangers: dict[bytes, float] = {}  # apart from the known ones, so that a flood of guesses pushes none of those out


def principal_of(credential: str, *, now: datetime) -> Principal | None:
    """The caller whose key or access token this is; None if it is unknown, expired or revoked."""
    digest = sha256(credential.encode("utf-8", "replace")).digest()
    kept = _kept.get(digest)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    if _strangers.get(digest, 0.0) > time.monotonic():
        return None
    by_key = credential.startswith("rp_")
    principal = _by_key(credential, digest, now) if by_key else _by_token(digest, now)
    if principal is None:
        _kept.pop(digest, None)
        if len(_strangers) >= _KEPT_MOST:
            _strangers.clear()
        _strangers[digest] = time.monotonic() + _KEPT_S
        return None
    if len(_kept) >= _KEPT_MOST:
        _kept.clear()
    _kept[digest] = (time.monotonic() + _KEPT_S, principal)
    return principal


def remembered(digest: bytes) -> Principal | None:
    """The caller this process already knows by the SHA-256 of the credential; None says nothing, ask `principal_of`."""
    kept = _kept.get(digest)
    return kept[1] if kept and kept[0] > time.monotonic() else None


def forget() -> None:
    """Empty the process's memory of credentials."""
    _kept.clear()
    _strangers.clear()


def _by_key(credential: str, digest: bytes, now: datetime) -> Principal | None:
    prefix = credential.split("_", 2)[1]
    if not prefix.isascii() or not prefix.isalnum():
        return None
    key = ApiKey.objects.select_related("client").filter(prefix=prefix[:12], revoked_at=None).first()
    if key is None or not hmac.compare_digest(bytes(key.digest), digest):
        return None
    return _principal(key.client, key.scopes) if key.expires_at is None or key.expires_at > now else None


def _by_token(digest: bytes, now: datetime) -> Principal | None:
    tokens = get_access_token_model().objects.select_related("application__retail_client")
    token = tokens.filter(
        token_checksum=digest.hex(), expires__gt=now, application__retail_client__isnull=False
    ).first()
    return _principal(token.application.retail_client, token.scope.split()) if token else None


def _principal(client: Client, scopes: list[str]) -> Principal | None:
    if not client.active:
        return None
    return Principal(
        client=client.name,
        scopes=frozenset(scopes) & frozenset(client.scopes),
        stores=frozenset(client.stores),
        channels=frozenset(client.channels),
        per_minute=client.per_minute,
    )
