"""Connect an account, change it, and keep its credentials under the newest key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from retail_platform.kernel import problem
from system_apis.connections import sealed
from system_apis.connections.models import Connection


class BadConnection(problem.Unprocessable):
    """A connection cannot be made like this; the detail names each field."""

    kind, title = "bad-connection", "The connection is not complete"


@transaction.atomic
def connect(*, code: str, now: datetime, secrets: Mapping[str, str] | None = None, **fields: Any) -> Connection:
    """Create or change the connection `code`. Secrets given are added to those there are; an empty one is removed.

    `fields` are those of the model: kind, vendor, base_url, channel, active, settings, budget_per_s.
    Raises BadConnection.
    """
    row = Connection.objects.select_for_update(no_key=True).filter(code=code).first() or Connection(code=code)
    for name, value in fields.items():
        setattr(row, name, value)
    _check_address(row.base_url)
    if secrets:
        row.credentials = {name: value for name, value in {**row.credentials, **secrets}.items() if value}
        row.credentials_changed_at = now
    try:
        row.full_clean(exclude=["credentials"])
    except ValidationError as wrong:
        sentences = [f"{name}: {' '.join(texts)}" for name, texts in wrong.message_dict.items()]
        raise BadConnection("; ".join(sentences)) from wrong
    with pghistory.context(by="connect"):
        row.save()
    return row


def rotate_credentials() -> tuple[int, int]:
    """Seal everything with the newest key; work under load is not disturbed. Returns (sealed anew, all)."""
    newest, anew = sealed.newest_key_id(), 0
    everything = list(Connection.objects.values_list("pk", flat=True))
    for pk in everything:
        with transaction.atomic():
            row = Connection.objects.select_for_update(no_key=True).get(pk=pk)
            stored = bytes(row.__dict__["credentials"])
            if stored and sealed.key_id_of(stored) != newest:
                row.credentials = row.credentials
                row.save(update_fields=["credentials"])
                anew += 1
    return anew, len(everything)


def _check_address(base_url: str) -> None:
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise BadConnection("base_url: give an address like https://api.vendor.example/v2, without user or query")
    local = parts.hostname in ("localhost", "127.0.0.1", "::1") or "." not in parts.hostname
    if parts.scheme == "http" and not local and settings.SECURE_SSL_REDIRECT:
        raise BadConnection("base_url: credentials travel over https only")
