"""Facts start runs and end waits. Called by the relay with a round of facts, in the transaction that marks them
delivered: a round costs the engine two statements and few messages, whatever it holds (Note [Batches])."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection

from process_apis.engine import lease, registry, wake
from process_apis.engine.models import ProcessRun
from process_apis.engine.process import Process, run_id_of
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact

# A round may hold several facts for one run, and a row is updated once: so they are told together. Rows are locked in
# one order, so that two relays with facts for the same runs do not wait for each other.
_SIGNAL = """
WITH concerned AS (
    SELECT run.id AS concerned_id, told.names,
           run.state = 'waiting' AND told.names && string_to_array(run.waiting_for, ' ') AS answers
    FROM json_to_recordset(%(told)s::json) AS told (process text, subject text, names text[])
    JOIN engine_processrun run USING (process, subject)
    WHERE run.finished_at IS NULL ORDER BY run.id FOR NO KEY UPDATE OF run
)
UPDATE engine_processrun run
SET signals = signals + cardinality(names), state = CASE WHEN answers THEN 'ready' ELSE state END,
    next_wake_at = CASE WHEN answers THEN clock_timestamp() + %(grace)s * interval '1 second' ELSE next_wake_at END
FROM concerned WHERE run.id = concerned_id
RETURNING run.id, run.process, run.step, run.correlation_id, run.state
"""
Subject = tuple[str, str]  # a journey by its name, and what its run is about


def on_facts(facts: Sequence[Fact]) -> None:
    """Start what the facts start, once per subject, and wake what waits for them.

    Starting goes first: of a run that begins in the same round nobody waits for a fact yet, so nothing is missed.
    """
    now, runs, told = clock.now(), dict[Subject, ProcessRun](), defaultdict[Subject, list[str]](list)
    for fact in facts:
        for process in registry.started_by(fact.name):
            run = _run(process, fact, now=now)
            runs.setdefault((run.process, run.subject), run)
        for process in registry.woken_by(fact.name):
            told[process.name, str(fact.data.get(process.subject, ""))].append(fact.name)
    bells = _start(list(runs.values())) + _signal(told)
    wake.ring_after_commit(*{bell.run_id: bell for bell in bells}.values())


def _run(process: Process, fact: Fact, *, now: datetime) -> ProcessRun:
    subject = str(fact.data[process.subject])
    return ProcessRun(
        id=run_id_of(process=process.name, subject=subject),
        process=process.name,
        subject=subject,
        step=process.steps[0].name,
        correlation_id=fact.correlation_id,
        facts={"started_by": fact.data},
        business_date=fact.data.get("business_date") or now.date(),
        priority=fact.data.get("priority") or process.priority,
        deadline_at=now + timedelta(seconds=process.deadline_s),
        next_wake_at=lease.in_seconds(lease.GRACE_S),
    )


def _start(runs: list[ProcessRun]) -> list[wake.Bell]:
    # the same fact again, or its twin: the run is there
    ProcessRun.objects.bulk_create(sorted(runs, key=lambda run: run.id), ignore_conflicts=True)
    return [wake.Bell(run.id, registry.links(run.process, run.step), run.correlation_id) for run in runs]


def signal(process: Process, fact: Fact, *, subject: str) -> None:
    """End the wait of one run, if it waits for this fact; for runs that go by a name the fact does not have."""
    wake.ring_after_commit(*_signal({(process.name, subject): [fact.name]}))


def _signal(told: Mapping[Subject, list[str]]) -> list[wake.Bell]:
    """Tell runs which facts concern them. Returns bells for those that are ready then."""
    if not told:
        return []
    rows = [{"process": process, "subject": subject, "names": names} for (process, subject), names in told.items()]
    with connection.cursor() as cursor:
        cursor.execute(_SIGNAL, {"told": json.dumps(rows), "grace": lease.GRACE_S})
        found = cursor.fetchall()
    return [
        wake.Bell(run_id, registry.links(process, step), correlation_id)
        for run_id, process, step, correlation_id, state in found
        if state == "ready"
    ]
