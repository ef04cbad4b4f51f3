"""Do a thing once per client, operation and key (reliability F72-F76).

Note [One transaction]: the effect and the record of its answer commit together, so a process killed at any moment
leaves both or neither. A twin in flight is seen by a transaction-scoped advisory lock, which ends with its holder:
nobody queues behind it, and no stale claim can block a key. The unique constraint stays the referee.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction

from retail_platform.kernel.idempotency.models import IdempotentCall
from retail_platform.kernel.problem import DomainError, Unprocessable


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it is kept."""

    status: int
    headers: dict[str, str]
    body: str
    replayed: bool = False


class TwinInFlight(DomainError):
    """The same call under the same Idempotency-Key is being worked on right now. Ask again after Retry-After."""

    status, kind, title = 409, "twin-in-flight", "The same call is being worked on"


class KeyReused(Unprocessable):
    """The Idempotency-Key was used before, for another request. Take a new key for a new request."""

    kind, title = "idempotency-key-reused", "The Idempotency-Key belongs to another request"


def once(
    *, client: str, operation: str, key: str, fingerprint: bytes, work: Callable[[], Answer], now: datetime
) -> Answer:
    """Do `work` and keep its answer, or give the answer that was kept.

    `work` runs inside the transaction and does local work only. What it raises undoes everything and keeps nothing,
    so the same key may be tried again. Raises TwinInFlight and KeyReused.
    """
    with transaction.atomic():
        if not _claim(f"{client}\n{operation}\n{key}"):
            raise TwinInFlight("The same call is being worked on; ask again in a second.", retry_after_s=1)
        kept = IdempotentCall.objects.filter(client=client, operation=operation, key=key).first()
        if kept is None:
            answer = work()
            if answer.status < 500:
                IdempotentCall.objects.create(
                    client=client, operation=operation, key=key, fingerprint=fingerprint, created_at=now,
                    status=answer.status, headers=answer.headers, body=answer.body,
                )  # fmt: skip
            return answer
    if bytes(kept.fingerprint) != fingerprint:
        raise KeyReused("This Idempotency-Key was used for another request; take a new key for a new request.")
    return Answer(status=kept.status, headers=kept.headers, body=kept.body, replayed=True)


def forget(*, before: datetime) -> int:
    """Remove records older than `before`; natural keys go on guarding what they made. Gives how many."""
    return IdempotentCall.objects.filter(created_at__lt=before).delete()[0]


def _claim(name: str) -> bool:
    number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        row = cursor.fetchone()
    return bool(row and row[0])
