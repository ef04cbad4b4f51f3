"""Accept what a vendor sends: one row and one fact, in one transaction, however often it is sent."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import structlog
from django.db import connection as database
from django.db import transaction
from psycopg.types.json import Jsonb

from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from system_apis.connections.models import Connection
from system_apis.inbox.models import InboxMessage

CONFLICT, UNRECOGNIZED = "inbox.conflict", "inbox.unrecognized"
_KEEP_OUT = re.compile(r"(?i)authorization|cookie|signature|hmac|token|secret|key")
_COLUMNS = [field.attname for field in InboxMessage._meta.concrete_fields]
# One statement rather than the ORM's savepoint and two: this is the path of every webhook.
_INSERT = f"""
INSERT INTO {InboxMessage._meta.db_table} ({", ".join(_COLUMNS)}) VALUES ({", ".join(["%s"] * len(_COLUMNS))})
ON CONFLICT (connection_id, event_id) DO NOTHING
"""  # noqa: S608 - names of our own columns
log = structlog.get_logger("inbox")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a delivery is kept; `new` is False for one we had already."""

    inbox_id: uuid.UUID
    new: bool


@transaction.atomic
def receive(
    *,
    connection: Connection,
    event_id: str,
    topic: str,
    fact_name: str,
    raw: bytes,
    headers: Mapping[str, str],
    now: datetime,
    inbox_id: uuid.UUID | None = None,
) -> Receipt:
    """Keep a genuine delivery and say so with the fact `fact_name`. A known event id changes nothing.

    Another body under a known event id is kept too, and announced as "inbox.conflict" for a person to judge.
    """
    digest = sha256(raw).hexdigest()
    message = InboxMessage(
        id=inbox_id or uuid.uuid4(),
        connection=connection,
        event_id=event_id,
        topic=topic,
        fact_name=fact_name,
        raw=raw,
        headers=_worth_keeping(headers),
        sha256=digest,
        received_at=now,
        correlation_id=correlation.current(),
    )
    if _insert(message):
        return Receipt(message.id, new=True)
    known = InboxMessage.objects.only("id", "sha256").get(connection=connection, event_id=event_id)
    if known.sha256 == digest:
        return Receipt(known.id, new=False)
    log.warning("inbox_conflict", connection=connection.code, event_id=event_id, inbox_id=str(known.id))
    message.event_id, message.fact_name = f"{event_id[:170]}:conflict:{digest}", CONFLICT
    return Receipt(message.id if _insert(message, of=known) else known.id, new=False)


def _insert(message: InboxMessage, *, of: InboxMessage | None = None) -> bool:
    values: list[Any] = [getattr(message, column) for column in _COLUMNS]
    values[_COLUMNS.index("headers")] = Jsonb(message.headers)
    with database.cursor() as cursor:
        cursor.execute(_INSERT, values)
        if cursor.rowcount == 0:
            return False
    data = {"inbox_id": str(message.id), "connection": message.connection.code}
    if of is not None:
        data["first_inbox_id"] = str(of.id)
    if message.fact_name == UNRECOGNIZED:
        data["topic"] = message.topic
    outbox.add(name=message.fact_name, aggregate=f"inbox:{message.id}", data=data)
    return True


def _worth_keeping(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that help to understand a delivery later; nothing that proves who sent it."""
    kept = {name: value for name, value in headers.items() if not _KEEP_OUT.search(name) and value.isprintable()}
    return {name[:100]: value[:500] for name, value in list(kept.items())[:40]}
