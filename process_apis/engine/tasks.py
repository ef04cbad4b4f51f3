"""The one task of the engine. Its message holds ids; the database remembers the rest."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from celery import Task, shared_task

from process_apis.engine import batch, wake


@shared_task(bind=True, name="engine.run_link", acks_late=True, ignore_result=True, max_retries=None)
def run_link(self: Task, *, run_id: str, queue: str, run_ids: Sequence[str] = (), **_newer: object) -> None:
    """Carry out one link of a run, or of several. A link in which none goes on cuts its own chain: waiting, retrying,
    parked, stale; the next one is for those that do."""
    named = [UUID(each) for each in run_ids or [run_id]]
    going_on = batch.advance(run_ids=named, queue=queue)
    if not going_on:
        self.request.chain = None
    elif going_on != named:
        chain: Any = self.request.chain
        for link in chain or ():
            link["kwargs"] = {"queue": link["kwargs"]["queue"], **wake.naming(going_on)}
