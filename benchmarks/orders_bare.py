"""The commits of runs and nothing else, by a process of its own: `python -m benchmarks.orders_bare`.

Each line on its input is [database, ids of runs, commits of each: lists of step and state]; a line of its output says
that they are done.
"""

import json
import sys

import psycopg

_COMMIT = """
WITH moved AS (UPDATE engine_processrun SET step = %(step)s, updated_at = clock_timestamp() WHERE id = %(run)s)
INSERT INTO engine_runstep (run_id, name, direction, state, attempts, maybe_sent, key, result, error, finished_at)
SELECT %(run)s, name, 'forward', state, 1, false, '', '{}', '', clock_timestamp()
FROM unnest(%(names)s::text[], %(states)s::text[]) AS told (name, state)
ON CONFLICT (run_id, name) DO UPDATE SET state = excluded.state, finished_at = excluded.finished_at
"""
_CLAIM = "UPDATE engine_processrun SET state = 'running', lease_until = clock_timestamp() WHERE id = %(run)s"
_FINISH = "UPDATE engine_processrun SET state = 'done', finished_at = clock_timestamp() WHERE id = %(run)s"


def carry(url: str, runs: list[str], commits: list[list[tuple[str, str]]]) -> None:
    """A claim, each commit of the run's steps with its move, and the end."""
    told = [[list(column) for column in zip(*commit, strict=True)] for commit in commits]
    with psycopg.connect(url, autocommit=True, prepare_threshold=1) as session:
        for run in runs:
            session.execute(_CLAIM, {"run": run})
            for names, states in told:
                session.execute(_COMMIT, {"run": run, "step": names[-1], "names": names, "states": states})
            session.execute(_FINISH, {"run": run})


if __name__ == "__main__":
    for line in sys.stdin:
        carry(*json.loads(line))
        print("done", flush=True)
