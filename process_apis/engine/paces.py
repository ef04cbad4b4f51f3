"""How many runs that wait for a vendor are woken at a time: a probe while it rests, then no more than it may be asked.

A run that was not allowed to ask is marked with the connection. After an outage thousands are due at once; woken all
together they would ask out of turn, most of them for nothing.
"""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import connection as database

from process_apis.engine.process import FOR_VENDOR
from system_apis.connections.models import BreakerState, Connection

BEYOND_BUDGET = 1.5  # rounds are longer than their pause, and who finds the budget used up is back within a second

_DUE_FOR = """
SELECT DISTINCT waiting_for FROM engine_processrun
WHERE next_wake_at <= clock_timestamp() AND starts_with(waiting_for, %(mark)s)
"""


def mark(code: str) -> str:
    """What stands at a run that waits until this connection may be asked."""
    return f"{FOR_VENDOR}{code}"[:64]


def allowed(*, now: datetime) -> Iterator[tuple[str, int]]:
    """For each connection that runs are due for: their mark, and how many of them may be woken now."""
    with database.cursor() as cursor:
        cursor.execute(_DUE_FOR, {"mark": FOR_VENDOR})
        marks = {waiting_for for (waiting_for,) in cursor.fetchall()}
    if not marks:
        return
    known = {mark(each.code): each for each in Connection.objects.all()}
    for each in sorted(marks):
        yield each, _most(known.get(each), now=now)


def _most(connection: Connection | None, *, now: datetime) -> int:
    if connection is None or connection.breaker_state == BreakerState.CLOSED:
        budget = connection.budget_per_s if connection else 1  # nobody knows it any more: it will say so, one by one
        return max(1, int(budget * settings.SWEEP_INTERVAL_S * BEYOND_BUDGET))
    if connection.breaker_state == BreakerState.OPEN and connection.breaker_until and connection.breaker_until > now:
        return 0
    return max(1, connection.breaker_probes)
