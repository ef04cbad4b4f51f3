"""Find every run that is due and wake it; find every run past its deadline and ask a person.

This is the recovery path of everything: lost messages, killed workers, delays, retries. Several may sweep at once.
"""

from django.db import connection

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine import lease, paces, registry, wake
from process_apis.engine.models import FINISHED, ProcessRun
from process_apis.engine.process import FOR_VENDOR
from retail_platform.kernel import clock

_DUE = """
WITH due AS (
    SELECT id FROM engine_processrun WHERE next_wake_at <= clock_timestamp() AND {whose}
    ORDER BY business_date, priority, created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE engine_processrun run
SET state = 'ready', lease_until = NULL, wakes = wakes + 1,
    fence = fence + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
    next_wake_at = clock_timestamp() + least(%(grace)s * power(2, least(wakes, 4)), 600) * interval '1 second'
FROM due WHERE run.id = due.id
RETURNING run.id, run.process, run.step, run.correlation_id, run.business_date, run.priority, run.created_at
"""
_DUE_ANY = _DUE.format(whose="NOT starts_with(waiting_for, %(mark)s)")
_DUE_FOR = _DUE.format(whose="waiting_for = %(mark)s")

# What the broker never got was not rung: it does not count towards rarer bells.
_NOT_RUNG = """
UPDATE engine_processrun
SET wakes = greatest(wakes - 1, 0), next_wake_at = clock_timestamp() + %(pause)s * interval '1 second'
WHERE id = ANY(%(ids)s) AND state = 'ready'
"""
# A bell rung at t is due again at t + grace, doubled with each wake; so this is: rung `quiet` seconds ago or longer.
_LOST = """
UPDATE engine_processrun SET wakes = 0, next_wake_at = clock_timestamp()
WHERE state = 'ready' AND next_wake_at > clock_timestamp()
  AND next_wake_at < clock_timestamp()
      + (least(%(grace)s * power(2, least(greatest(wakes - 1, 0), 4)), 600) - %(quiet)s) * interval '1 second'
"""
_MORE_READY = "SELECT 1 FROM engine_processrun WHERE state = 'ready' OFFSET %(queued)s LIMIT 1"
IN_HANDS = 20  # messages that workers have taken and not answered yet, at most
_few_before = False
TRY_AGAIN_S = 2
QUIET_S = 4


def sweep(*, limit: int = 200) -> int:
    """Wake up to `limit` due runs. Their next wake-up moves on, doubling, before anything is published (D4).

    Those that wait for a vendor are rung one by one: eight in a message would ask before the first of the next one.
    """
    due, turns = _take(_DUE_ANY, limit=limit, mark=FOR_VENDOR), list[wake.Bell]()
    for mark, most in paces.allowed(now=clock.now()):
        turns += _take(_DUE_FOR, limit=min(most, limit), mark=mark) if most else []
    not_rung = wake.ring_many(due)
    for bell in turns:
        not_rung += wake.ring_many([bell])
    if not_rung:
        with connection.cursor() as cursor:
            cursor.execute(_NOT_RUNG, {"ids": not_rung, "pause": TRY_AGAIN_S})
    return len(due) + len(turns)


def _take(statement: str, *, limit: int, mark: str) -> list[wake.Bell]:
    """Those whose turn it is, moved on; in their turn, which RETURNING does not keep."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"limit": limit, "grace": lease.GRACE_S, "mark": mark})
        found = sorted(cursor.fetchall(), key=lambda row: row[4:])
    return [
        wake.Bell(run_id, registry.links(process, step), correlation_id)
        for run_id, process, step, correlation_id, *_ in found
    ]


def ring_lost_bells() -> int:
    """Make due every run that was rung and not taken where the broker lost its bell. Returns how many.

    While workers are slow their queue is long, and ringing again makes it longer: a day of 300 orders once had
    three messages of four for nothing. What tells a lost message from a slow worker is a queue that is empty, or
    too short for all runs that are ready, were each message a full one: their broker was emptied, or died with what it
    had in memory. Fewer lost bells than that are rung again when their grace is over.
    """
    queued = wake.queued()
    if queued is None or not (queued == 0 or _too_few(queued)):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"grace": lease.GRACE_S, "quiet": QUIET_S})
        return cursor.rowcount


def _too_few(queued: int) -> bool:
    """Whether runs are ready that no bell waits for, twice in a row: once may be a relay that is just ringing."""
    global _few_before
    with connection.cursor() as cursor:
        cursor.execute(_MORE_READY, {"queued": (queued + IN_HANDS) * wake.RUNS_A_MESSAGE})
        few = cursor.fetchone() is not None
    before, _few_before = _few_before, few
    return few and before


def report_overdue() -> int:
    """Open a case for each run past its deadline, once."""
    overdue = ProcessRun.objects.filter(deadline_at__lt=clock.now()).exclude(state__in=FINISHED)
    for run in overdue[:200]:
        cases.open_case(
            kind=CaseKind.BUSINESS,
            fingerprint=f"overdue:{run.id}",
            subject=run.subject,
            run_id=None,
            title=f"{run.process} {run.subject} should have been finished by {run.deadline_at:%Y-%m-%d %H:%M} UTC",
            detail=f"It stands at {run.step}, state {run.state}. {run.error}",
            proposal="Open the run and see what it waits for.",
        )
    return len(overdue[:200])
