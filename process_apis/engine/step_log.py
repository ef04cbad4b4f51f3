"""The rows of steps: one statement for each thing that can happen to a step.

What happens to every step, that an attempt is counted and that it is through, is written with the move of its run: for
all steps of a stride at once, since statements are what a run costs. Who has lost the run changes neither.
"""

import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from process_apis.engine.lease import Hold, LostLease, held
from process_apis.engine.models import ProcessRun, StepState
from retail_platform.kernel import prepared
from system_apis.terms import CallKey

# A lease that is fresh stays as it is, and the time to wake with it: nothing that is indexed changes then, so that
# the row is replaced within its page, with no new entry in any of its seven indexes.
# Time spent waiting for a fact is not time spent trying, so a step's budget begins when its last wait ended.
# Durations come from here, moments from the database's clock.
_MOVE = """
WITH moved AS (
    UPDATE engine_processrun
    SET step = %(step)s::text, facts = %(facts)s::jsonb, state = %(state)s::text, updated_at = clock_timestamp(),
        claims = CASE WHEN %(on)s::bool THEN %(claims)s::int ELSE claims END,
        error = CASE WHEN %(on)s::bool THEN '' ELSE error END,
        waiting_for = CASE WHEN %(on)s::bool THEN '' ELSE waiting_for END,
        lease_until = CASE WHEN lease_until > clock_timestamp() + %(enough)s::float8 * interval '1 second'
                           THEN lease_until ELSE clock_timestamp() + %(lease)s::float8 * interval '1 second' END,
        next_wake_at = CASE WHEN lease_until > clock_timestamp() + %(enough)s::float8 * interval '1 second'
                            THEN next_wake_at ELSE clock_timestamp() + %(wake)s::float8 * interval '1 second' END,
        finished_at = CASE WHEN %(state)s::text = 'done' THEN clock_timestamp() END
    WHERE id = %(run)s AND fence = %(fence)s
    RETURNING id
)
INSERT INTO engine_runstep AS step (run_id, name, direction, state, attempts, maybe_sent, key, result, error,
                                    started_at, finished_at)
SELECT moved.id, told.name, %(direction)s::text, told.state, told.attempts, told.state = 'running', told.key,
       told.result, '', clock_timestamp() - told.began * interval '1 second',
       clock_timestamp() - told.ended * interval '1 second'
FROM moved, json_to_recordset(%(told)s::json)
     AS told (n int, name text, state text, attempts int, key text, result jsonb, began float8, ended float8)
ORDER BY told.n
ON CONFLICT (run_id, name) DO UPDATE
SET state = excluded.state, attempts = step.attempts + excluded.attempts, maybe_sent = excluded.maybe_sent,
    key = excluded.key, result = excluded.result, finished_at = excluded.finished_at,
    error = CASE WHEN excluded.state = 'running' THEN step.error ELSE '' END,
    started_at = CASE WHEN step.state = 'waiting' THEN excluded.started_at ELSE step.started_at END,
    last_tried_at = CASE WHEN excluded.attempts = 1 THEN clock_timestamp() ELSE step.last_tried_at END
RETURNING step.name, coalesce(old.maybe_sent, false), old.last_tried_at
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


class Passed(NamedTuple):
    """A step that is through. `counts`: this is the attempt itself (our own step), not its outcome; times are ours."""

    name: str
    key: str
    result: dict[str, Any]
    counts: bool
    began: float
    ended: float


def begin(run: ProcessRun, *, key: CallKey) -> CallKey:
    """Count an attempt before it is made, so that a crash in it is known, and take a full lease to make it in.

    Returns the key with what is known of it. Raises LostLease.
    """
    counted = move(run, passed=(), hold=held(), call=key)
    assert counted is not None  # as asked
    return counted


def move(run: ProcessRun, *, passed: Sequence[Passed], hold: Hold, call: CallKey | None = None) -> CallKey | None:
    """Write which steps are through, that the run stands where it does with the facts it has, and how it is held.

    With `call` an attempt of the step it stands at is counted, and its key is returned with what is known of it.
    Raises LostLease, so that the caller's transaction leaves nothing behind.
    """
    now = time.monotonic()
    told: list[dict[str, Any]] = [
        {
            "name": each.name, "state": StepState.DONE, "attempts": 1 if each.counts else 0, "key": each.key,
            "result": each.result, "began": now - each.began, "ended": now - each.ended,
        }
        for each in passed
    ]  # fmt: skip
    if call:
        told.append({"name": run.step, "state": StepState.RUNNING, "attempts": 1, "key": call.value, "result": {},
                     "began": 0})  # fmt: skip
    rows = prepared.execute(
        _MOVE,
        {
            "run": run.id, "fence": run.fence, "step": run.step or passed[-1].name, "facts": json.dumps(run.facts),
            "direction": run.direction, "on": bool(passed), "state": hold.state, "claims": hold.claims,
            "lease": hold.lease_s, "enough": hold.enough_s, "wake": hold.wake_s,
            "told": json.dumps([{"n": n, **each} for n, each in enumerate(told)]),
        },
    ).fetchall()  # fmt: skip
    if not rows:
        raise LostLease(str(run.id))
    run.state = hold.state
    if call is None:
        return None
    _, maybe_sent, last_tried_at = next(row for row in rows if row[0] == run.step)
    return CallKey(call.value, tried_before=maybe_sent, last_tried_at=last_tried_at)


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
