"""Who may write to a run right now: claims, fences, and every change of a run's row.

Times are the database's, so that a wrong clock on one machine takes nothing over too early (reliability F15).
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from process_apis.engine.models import ProcessRun, RunState

GRACE_S = 60  # how long a wake-up may wait in a busy queue before the sweeper rings again; see ring_lost_bells
FRESH_S = 1.0  # a lease renewed so lately still outlives one call to a vendor, and twice so lately too


class LostLease(Exception):
    """Another worker has taken the run over. What was being written is rolled back."""


class Hold(NamedTuple):
    """How a run is held from a commit on: its state, for how long it is ours, and when the sweeper looks after it.

    enough_s  a lease that lasts longer than this is left as it is
    """

    state: RunState
    claims: int
    lease_s: float | None = None
    enough_s: float | None = None
    wake_s: float | None = None


LET_GO = Hold(RunState.READY, claims=0, wake_s=GRACE_S)  # it goes on in another link
OVER = Hold(RunState.DONE, claims=0)


def held() -> Hold:
    """It stays with us, with a lease that is as good as full."""
    lease_s = settings.RUN_LEASE_S
    return Hold(RunState.RUNNING, claims=1, lease_s=lease_s, enough_s=lease_s - FRESH_S, wake_s=lease_s + 1)


_CLAIM = """
{before}UPDATE engine_processrun run
SET state = 'running', fence = fence + 1, claims = claims + 1, wakes = 0, updated_at = clock_timestamp(),
    lease_until = clock_timestamp() + %(lease)s * interval '1 second',
    next_wake_at = clock_timestamp() + (%(lease)s + 1) * interval '1 second'
{whose}
RETURNING run.id, run.process, run.subject, run.state, run.direction, run.step, run.facts, run.correlation_id,
          run.generation, run.fence, run.claims, run.signals  -- what carrying it out asks; the rest is read when asked
"""
_CLAIM_ONE = _CLAIM.format(
    before="",
    whose="WHERE id = %(id)s AND (state = 'ready' OR (state = 'running' AND lease_until < clock_timestamp()))",
)
# Rows of several runs are locked in one order, or not waited for: no two such statements wait for each other.
_CLAIM_MANY = _CLAIM.format(
    before="""WITH fresh AS (
    SELECT id AS fresh_id FROM engine_processrun
    WHERE id = ANY(%(ids)s) AND state = 'ready' AND claims = 0 FOR NO KEY UPDATE SKIP LOCKED
)
""",
    whose="FROM fresh WHERE id = fresh_id",
)
_LET_GO = """
WITH rest AS (
    SELECT run.id AS rest_id
    FROM engine_processrun run JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS told (id, fence) USING (id)
    WHERE run.state = 'ready' OR run.fence = told.fence ORDER BY run.id FOR NO KEY UPDATE OF run
)
UPDATE engine_processrun
SET claims = CASE WHEN state = 'running' THEN 0 ELSE claims END, state = 'ready', lease_until = NULL,
    next_wake_at = clock_timestamp() + %(grace)s * interval '1 second', updated_at = clock_timestamp()
FROM rest WHERE id = rest_id
RETURNING id, process, step, correlation_id
"""


def in_seconds(seconds: float) -> RawSQL:
    """The database's clock, `seconds` from now."""
    return RawSQL("clock_timestamp() + %s * interval '1 second'", [seconds])


def claim(run_id: UUID) -> ProcessRun | None:
    """Take a run to work on. None if it is not ready, or someone is at it: then the wake-up was stale."""
    runs: Iterable[ProcessRun] = ProcessRun.objects.raw(_CLAIM_ONE, {"id": run_id, "lease": settings.RUN_LEASE_S})
    return next(iter(runs), None)


def claim_many(run_ids: Sequence[UUID]) -> list[ProcessRun]:
    """Take those of the runs that are ready and have made progress since they were last claimed. See Note [Batches]."""
    return list(ProcessRun.objects.raw(_CLAIM_MANY, {"ids": list(run_ids), "lease": settings.RUN_LEASE_S}))


def let_go(fences: Mapping[UUID, int | None]) -> list[tuple[UUID, str, str, str]]:
    """Put back, untouched, runs that were claimed together; the fence is None of those that were not ours.

    Returns those that are ready then: their id, journey, step and correlation id.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, {"ids": list(fences), "fences": list(fences.values()), "grace": GRACE_S})
        return list(cursor.fetchall())


def write(run: ProcessRun, **changes: Any) -> None:
    """Change a run we hold. Raises LostLease, so that the caller's transaction leaves nothing behind."""
    changes["updated_at"] = Now()
    if ProcessRun.objects.filter(id=run.id, fence=run.fence).update(**changes) != 1:
        raise LostLease(str(run.id))


def renew(run: ProcessRun) -> None:
    """Before a call to a vendor: a full lease to make it in."""
    write(
        run,
        lease_until=in_seconds(settings.RUN_LEASE_S),
        next_wake_at=in_seconds(settings.RUN_LEASE_S + 1),
    )


def keeper(run: ProcessRun) -> Callable[[], None]:
    """What a remote step asks before each of its calls: a lease that outlives the call, or LostLease and no call.

    A step of several calls, or one that looks before it sends again, may take longer than one lease; and a worker may
    be stopped between two calls. Without this the run's next holder and this one could both send.
    """
    renewed = time.monotonic()

    def confirm() -> None:
        nonlocal renewed
        if time.monotonic() - renewed > FRESH_S:
            renew(run)
            renewed = time.monotonic()

    return confirm


def release(run: ProcessRun) -> None:
    """Let go of a run that goes on in another link."""
    write(run, state=RunState.READY, lease_until=None, next_wake_at=in_seconds(GRACE_S), claims=0)


def wait(run: ProcessRun, *, fact: str, until: datetime) -> bool:
    """Put a run to sleep until a fact or a moment. False if a signal came meanwhile: then look again at once."""
    slept = ProcessRun.objects.filter(id=run.id, fence=run.fence, signals=run.signals).update(
        state=RunState.WAITING,
        waiting_for=fact,
        lease_until=None,
        next_wake_at=Value(until),
        claims=0,
        error="",
        updated_at=Now(),
    )
    if slept:
        return True
    seen = ProcessRun.objects.filter(id=run.id, fence=run.fence).values_list("signals", flat=True).first()
    if seen is None:
        raise LostLease(str(run.id))
    run.signals = seen
    return False
