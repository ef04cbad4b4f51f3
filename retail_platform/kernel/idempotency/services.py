"""Do a thing once per client, operation and key (reliability F72-F76).

Note [One transaction]: the effect and the record of its answer commit together, so a process killed at any moment
leaves both or neither. A twin in flight is seen by a transaction-scoped advisory lock, which ends with its holder:
nobody queues behind it, and no stale claim can block a key. The unique constraint stays the referee.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from retail_platform.kernel import prepared
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
        kept = _claim(client, operation, key)
        if kept is None:
            answer = work()
            if answer.status < 500:
                _keep(client, operation, key, fingerprint, answer, now)
            return answer
    if bytes(kept.fingerprint) != fingerprint:
        raise KeyReused("This Idempotency-Key was used for another request; take a new key for a new request.")
    return Answer(status=kept.status, headers=kept.headers, body=kept.body, replayed=True)


def forget(*, before: datetime) -> int:
    """Remove records older than `before`; natural keys go on guarding what they made. Gives how many."""
    return IdempotentCall.objects.filter(created_at__lt=before).delete()[0]


# Written so that one statement does it, whether or not there is such a row.
_CLAIM = """
SELECT claim.ours, kept.fingerprint, kept.status, kept.headers, kept.body
FROM (SELECT pg_try_advisory_xact_lock(%(number)s) AS ours) claim
LEFT JOIN idempotency_idempotentcall kept
    ON kept.client = %(client)s AND kept.operation = %(operation)s AND kept.key = %(key)s
"""


def _claim(client: str, operation: str, key: str) -> IdempotentCall | None:
    """Take the lock of this call, until the transaction ends. Gives what is kept of it. Raises TwinInFlight."""
    digest = sha256(f"{client}\n{operation}\n{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    call = {"number": number, "client": client, "operation": operation, "key": key}
    [(ours, asked, status, headers, body)] = prepared.execute(_CLAIM, call).fetchall()
    if not ours:
        raise _twin()
    if asked is None:
        return None
    return IdempotentCall(fingerprint=asked, status=status, headers=json.loads(headers), body=body)


_KEEP = """
INSERT INTO idempotency_idempotentcall (client, operation, key, fingerprint, status, headers, body, created_at)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s) ON CONFLICT (client, operation, key) DO NOTHING
"""


def _keep(client: str, operation: str, key: str, fingerprint: bytes, answer: Answer, now: datetime) -> None:
    """Write the answer down. Raises TwinInFlight where a twin ended between our look and our lock: then it has one."""
    values = (client, operation, key, fingerprint, answer.status, json.dumps(answer.headers), answer.body, now)
    if not prepared.execute(_KEEP, values).rowcount:
        raise _twin()


def _twin() -> TwinInFlight:
    return TwinInFlight("The same call is being worked on; ask again in a second.", retry_after_s=1)
