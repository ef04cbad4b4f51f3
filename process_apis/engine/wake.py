"""Ring the bell: a Celery chain with one link for each stretch of a run. It may get lost; the sweeper rings again."""

import time
from uuid import UUID

import structlog
from celery import chain, signature
from django.db import transaction
from kombu.exceptions import KombuError

log = structlog.get_logger(__name__)
TASK = "engine.run_link"
_QUIET_S = 2.0
_quiet_until = 0.0  # after a failed publish: a broker that is away must not slow down whoever has facts to deliver


def ring(*, run_id: UUID, queues: list[str], correlation_id: str) -> None:
    """Publish a wake-up without retry. Failing is no loss: the run's row says when it is due."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    links = [
        signature(
            TASK,
            kwargs={"run_id": str(run_id), "queue": queue},
            immutable=True,
            options={"queue": queue, "headers": {"correlation_id": correlation_id}},
        )
        for queue in queues
    ]
    try:
        (chain(*links) if len(links) > 1 else links[0]).apply_async(retry=False)
    except (KombuError, OSError) as error:
        _quiet_until = time.monotonic() + _QUIET_S
        log.warning("wake-up not published; the sweeper will ring", run=str(run_id), error=str(error))


def ring_after_commit(*, run_id: UUID, queues: list[str], correlation_id: str) -> None:
    """The same, once the rows the wake-up speaks of can be seen."""
    transaction.on_commit(lambda: ring(run_id=run_id, queues=queues, correlation_id=correlation_id), robust=True)
