"""Facts start runs and end waits. Called by the relay, in the transaction that marks the fact delivered."""

from datetime import timedelta

from django.db import connection

from process_apis.engine import lease, registry, wake
from process_apis.engine.models import ProcessRun
from process_apis.engine.process import Process, run_id_of
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact

_SIGNAL = """
UPDATE engine_processrun
SET signals = signals + 1,
    state = CASE WHEN state = 'waiting' AND %(fact)s = ANY(string_to_array(waiting_for, ' '))
                 THEN 'ready' ELSE state END,
    next_wake_at = CASE WHEN state = 'waiting' AND %(fact)s = ANY(string_to_array(waiting_for, ' '))
                        THEN clock_timestamp() + %(grace)s * interval '1 second' ELSE next_wake_at END
WHERE process = %(process)s AND subject = %(subject)s AND finished_at IS NULL
RETURNING id, state, step, correlation_id
"""


def on_fact(fact: Fact) -> None:
    """Start what this fact starts, once per subject, and wake what waits for it."""
    for process in registry.started_by(fact.name):
        _start(process, fact)
    for process in registry.woken_by(fact.name):
        signal(process, fact, subject=str(fact.data.get(process.subject, "")))


def _start(process: Process, fact: Fact) -> None:
    subject = str(fact.data[process.subject])
    run = ProcessRun(
        id=run_id_of(process=process.name, subject=subject),
        process=process.name,
        subject=subject,
        step=process.steps[0].name,
        correlation_id=fact.correlation_id,
        facts={"started_by": fact.data},
        business_date=fact.data.get("business_date") or clock.now().date(),
        priority=fact.data.get("priority") or process.priority,
        deadline_at=clock.now() + timedelta(seconds=process.deadline_s),
        next_wake_at=lease.in_seconds(lease.GRACE_S),
    )
    ProcessRun.objects.bulk_create([run], ignore_conflicts=True)  # the same fact again, or its twin: the run is there
    wake.ring_after_commit(run_id=run.id, queues=process.links(run.step), correlation_id=run.correlation_id)


def signal(process: Process, fact: Fact, *, subject: str) -> None:
    """End the wait of one run, if it waits for this fact; for runs that go by a name the fact does not have."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SIGNAL, {"fact": fact.name, "process": process.name, "subject": subject, "grace": lease.GRACE_S}
        )
        woken = [row for row in cursor.fetchall() if row[1] == "ready"]
    for run_id, _, step, correlation_id in woken:
        wake.ring_after_commit(run_id=run_id, queues=process.links(step), correlation_id=correlation_id)
