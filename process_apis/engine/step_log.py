"""The rows of steps: one statement for each thing that can happen to a step."""

import json
from typing import Any, NamedTuple

from django.db import connection

from process_apis.engine.models import ProcessRun, StepState
from system_apis.terms import CallKey

# Time spent waiting for a fact is not time spent trying, so a step's budget begins when its last wait ended.
_BEGIN = """
INSERT INTO engine_runstep AS step (run_id, name, direction, state, attempts, maybe_sent, key, result, error)
VALUES (%(run)s, %(name)s, %(direction)s, 'running', 1, true, %(key)s, '{}', '')
ON CONFLICT (run_id, name) DO UPDATE
SET state = 'running', attempts = step.attempts + 1, maybe_sent = true, key = excluded.key,
    started_at = CASE WHEN step.state = 'waiting' THEN clock_timestamp() ELSE step.started_at END,
    last_tried_at = clock_timestamp()
RETURNING coalesce(old.maybe_sent, false), old.last_tried_at
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
    """Count an attempt before it is made, so that a crash in it is known. Returns the key with what is known of it."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, {"run": run.id, "name": run.step, "direction": run.direction, "key": key.value})
        tried_before, last_tried_at = cursor.fetchone()
    return CallKey(key.value, tried_before=tried_before, last_tried_at=last_tried_at)


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
