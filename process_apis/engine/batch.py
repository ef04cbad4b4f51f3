"""Carry out one link of several runs that one message woke, one after the other.

Note [Batches]: a message costs as much as all the commits of a run's link, so runs that are rung together share one,
up to wake.RUNS_A_MESSAGE of them; and those that begin anew are claimed by one statement. Nothing else is shared: each
run has its own fence, commits, faults and correlation id.

- A run that kills its worker takes nobody along. Only runs without a claim since their last progress are claimed
  together; so whoever was in a batch when its worker died is claimed once more right before it is carried out, alone,
  and counted then. It may have been counted once for somebody else, never twice: what counts higher has died itself.
- Nobody's lease runs out behind a slow run: the next one begins within HOLD_S of the claim, or the rest is let go
  untouched and rung again, one by one, so that other workers take it. What a message may take is then as bounded as
  that of one run.
- Killed at any line, each run stands where its last commit left it. The message comes again at once and takes on what
  was let go; what is held still is freed by the sweeper when its lease is over (decisions/0016, line by line).
- Whatever one run raises is logged and ends its turn only.
"""

import time
from collections.abc import Sequence
from uuid import UUID

import structlog
from django.db import connection

from process_apis.engine import lease, registry, runner, wake

log = structlog.get_logger(__name__)
HOLD_S = 2.0


def advance(*, run_ids: Sequence[UUID], queue: str) -> list[UUID]:
    """Carry out one link of each run: its ready steps on `queue`. Returns those whose next link has something to do."""
    began, going_on = time.monotonic(), list[UUID]()
    ours = {run.id: run for run in lease.claim_many(run_ids)} if len(run_ids) > 1 else {}
    for number, run_id in enumerate(run_ids):
        if number and time.monotonic() - began > HOLD_S:
            _pass_on({each: ours[each].fence if each in ours else None for each in run_ids[number:]})
            break
        run = ours.pop(run_id, None)
        try:
            if runner.carry(run, queue=queue) if run else runner.advance(run_id=run_id, queue=queue):
                going_on.append(run_id)
        except Exception:
            log.exception("run left to the sweeper", run=str(run_id))
            connection.close_if_unusable_or_obsolete()
    return going_on


def _pass_on(fences: dict[UUID, int | None]) -> None:
    """Have others take what was not begun, each in a message of its own."""
    for run_id, process, step, correlation_id in lease.let_go(fences):
        wake.ring(run_id=run_id, queues=registry.links(process, step), correlation_id=correlation_id)
