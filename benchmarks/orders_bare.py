"""The commits of runs and nothing else, by a process of its own: `python -m benchmarks.orders_bare`.

Each line on its input is [database, ids of runs, names of steps]; a line of its output says that they are done.
"""

import json
import sys

import psycopg

_STEP = """
WITH moved AS (UPDATE engine_processrun SET step = %(step)s, updated_at = clock_timestamp() WHERE id = %(run)s)
INSERT INTO engine_runstep (run_id, name, direction, state, attempts, maybe_sent, key, result, error, finished_at)
VALUES (%(run)s, %(step)s, 'forward', 'done', 1, false, '', '{}', '', clock_timestamp())
"""
_CLAIM = "UPDATE engine_processrun SET state = 'running', lease_until = clock_timestamp() WHERE id = %(run)s"
_FINISH = "UPDATE engine_processrun SET state = 'done', finished_at = clock_timestamp() WHERE id = %(run)s"


def carry(url: str, runs: list[str], steps: list[str]) -> None:
    """A claim, a commit for each step with the move of its run, and the end."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=1) as session:
        for run in runs:
            session.execute(_CLAIM, {"run": run})
            for step in steps:
                session.execute(_STEP, {"run": run, "step": step})
            session.execute(_FINISH, {"run": run})


if __name__ == "__main__":
    for line in sys.stdin:
        carry(*json.loads(line))
        print("done", flush=True)
