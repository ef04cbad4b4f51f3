"""Ring the bell: a Celery chain with one link for each stretch of a run. It may get lost; the sweeper rings again."""

import time
from typing import Any
from uuid import UUID

import structlog
from celery import chain, current_app, signature
from django.conf import settings
from django.db import transaction
from kombu.exceptions import ChannelError

log = structlog.get_logger(__name__)
TASK = "engine.run_link"
_QUIET_S = 2.0
_quiet_until = 0.0  # after a failed publish: a broker that is away must not slow down whoever has facts to deliver


def ring(*, run_id: UUID, queues: list[str], correlation_id: str) -> bool:
    """Publish a wake-up without retry. False when it was not: no loss, the run's row says when it is due."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
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
    except Exception as error:  # whatever a broker that comes and goes makes its client raise
        _quiet_until = time.monotonic() + _QUIET_S
        log.warning("wake-up not published; the sweeper will ring", run=str(run_id), error=str(error))
        return False
    return True


def queued() -> int | None:
    """How many wake-ups wait at the broker; None when it cannot be asked."""
    try:
        with current_app.connection_for_read() as broker, broker.channel() as channel:
            return sum(_length(channel, name) for name in settings.QUEUES)
    except Exception as error:
        log.warning("broker not asked for its queues", error=str(error))
        return None


def _length(channel: Any, name: str) -> int:
    try:
        return int(channel.queue_declare(queue=name, passive=True).message_count)
    except ChannelError:  # there is no such queue: Valkey keeps none that is empty
        return 0


def ring_after_commit(*, run_id: UUID, queues: list[str], correlation_id: str) -> None:
    """The same, once the rows the wake-up speaks of can be seen."""
    transaction.on_commit(lambda: ring(run_id=run_id, queues=queues, correlation_id=correlation_id), robust=True)
