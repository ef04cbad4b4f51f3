"""The rows of steps: one statement for each thing that can happen to a step.

The two that happen to every step, its beginning and its end, change the run in the same statement: they are what a run
costs. Who has lost the run changes neither.
"""

import json
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from process_apis.engine.lease import LostLease
from process_apis.engine.models import ProcessRun, StepState
from system_apis.terms import CallKey

# Time spent waiting for a fact is not time spent trying, so a step's budget begins when its last wait ended.
_BEGIN = """
WITH held AS (
    UPDATE engine_processrun
    SET lease_until = clock_timestamp() + %(lease)s * interval '1 second',
        next_wake_at = clock_timestamp() + (%(lease)s + 1) * interval '1 second', updated_at = clock_timestamp()
    WHERE id = %(run)s AND fence = %(fence)s
    RETURNING id
)
INSERT INTO engine_runstep AS step (run_id, name, direction, state, attempts, maybe_sent, key, result, error)
SELECT id, %(name)s::text, %(direction)s::text, 'running', 1, true, %(key)s::text, '{}', '' FROM held
ON CONFLICT (run_id, name) DO UPDATE
SET state = 'running', attempts = step.attempts + 1, maybe_sent = true, key = excluded.key,
    started_at = CASE WHEN step.state = 'waiting' THEN clock_timestamp() ELSE step.started_at END,
    last_tried_at = clock_timestamp()
RETURNING coalesce(old.maybe_sent, false), old.last_tried_at
"""

_DONE_AND_ON = """
WITH moved AS (
    UPDATE engine_processrun
    SET step = %(following)s, facts = %(facts)s::jsonb, claims = 1, error = '', waiting_for = '',
        updated_at = clock_timestamp()
    WHERE id = %(run)s AND fence = %(fence)s
    RETURNING id
)
INSERT INTO engine_runstep AS step (run_id, name, direction, state, attempts, maybe_sent, key, result, error,
                                    finished_at)
SELECT id, %(name)s::text, %(direction)s::text, 'done', 1, false, %(key)s::text, %(result)s::jsonb, '',
       clock_timestamp()
FROM moved
ON CONFLICT (run_id, name) DO UPDATE
SET state = 'done', attempts = step.attempts + %(attempt)s, maybe_sent = false, key = excluded.key,
    result = excluded.result, error = '', finished_at = excluded.finished_at,
    started_at = CASE WHEN step.state = 'waiting' THEN clock_timestamp() ELSE step.started_at END,
    last_tried_at = CASE WHEN %(attempt)s = 1 THEN clock_timestamp() ELSE step.last_tried_at END
RETURNING step.id
"""

_RECORD = """
INSERT INTO engine_runstep AS step (run_id, name, direction, state, attempts, maybe_sent, key, result, error,
                                    finished_at)
VALUES (%(run)s, %(name)s, %(direction)s, %(state)s, 1, %(maybe_sent)s, %(key)s, %(result)s, %(error)s,
        CASE WHEN %(finished)s THEN clock_timestamp() END)
ON CONFLICT (run_id, name) DO UPDATE
SET state = excluded.state, attempts = step.attempts + %(attempt)s, maybe_sent = excluded.maybe_sent,
    key = excluded.key, result = excluded.result, error = excluded.error, finished_at = excluded.finished_at,
    started_at = CASE WHEN step.state = 'waiting' OR %(anew)s THEN clock_timestamp() ELSE step.started_at END,
    last_tried_at = CASE WHEN %(attempt)s = 1 THEN clock_timestamp() ELSE step.last_tried_at END
RETURNING extract(epoch FROM clock_timestamp() - started_at)::float8, attempts
"""


def begin(run: ProcessRun, *, key: CallKey) -> CallKey:
    """Count an attempt before it is made, so that a crash in it is known, and take a full lease to make it in.

    Returns the key with what is known of it. Raises LostLease.
    """
    found = _one(
        _BEGIN,
        run,
        {"name": run.step, "direction": run.direction, "key": key.value, "lease": settings.RUN_LEASE_S},
    )
    return CallKey(key.value, tried_before=found[0], last_tried_at=found[1])


def done_and_on(run: ProcessRun, *, following: str, key: CallKey, counts: bool, result: dict[str, Any]) -> None:
    """Write that a step is done and that its run, with the facts it has now, stands at the following one.

    Raises LostLease, so that the caller's transaction leaves nothing behind.
    """
    _one(
        _DONE_AND_ON,
        run,
        {
            "name": run.step, "direction": run.direction, "key": key.value, "following": following,
            "facts": json.dumps(run.facts), "result": json.dumps(result), "attempt": 1 if counts else 0,
        },
    )  # fmt: skip


def _one(statement: str, run: ProcessRun, values: dict[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"run": run.id, "fence": run.fence, **values})
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        raise LostLease(str(run.id))
    return row


class Recorded(NamedTuple):
    age_s: float
    attempts: int


def record(
    run: ProcessRun,
    *,
    state: StepState,
    key: CallKey,
    counts: bool,
    result: dict[str, Any] | None = None,
    error: str = "",
    maybe_sent: bool = False,
    anew: bool = False,
) -> Recorded:
    """Write how a step stands. `counts`: this is the attempt itself (a local step), not its outcome.

    `anew`: its budget begins now, since until now the vendor was not asked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "run": run.id,
                "name": run.step,
                "direction": run.direction,
                "state": state,
                "maybe_sent": maybe_sent,
                "key": key.value,
                "result": json.dumps(result or {}),
                "error": error.replace("\x00", "\ufffd")[:4000],
                "finished": state in (StepState.DONE, StepState.SKIPPED),
                "attempt": 1 if counts else 0,
                "anew": anew,
            },
        )
        return Recorded(*cursor.fetchone())
