"""The one task of the engine. Its message holds ids; the database remembers the rest."""

from uuid import UUID

from celery import Task, shared_task

from process_apis.engine import runner


@shared_task(bind=True, name="engine.run_link", acks_late=True, ignore_result=True, max_retries=None)
def run_link(self: Task, *, run_id: str, queue: str, **_newer: object) -> None:
    """Carry out one link of a run. A link that does not go on cuts its own chain: waiting, retrying, parked, stale."""
    if not runner.advance(run_id=UUID(run_id), queue=queue):
        self.request.chain = None
