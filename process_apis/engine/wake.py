"""Ring the bell: a Celery chain with one link for each stretch of a run. It may get lost; the sweeper rings again.

A message is what a run costs most, so runs that are rung together share some (Note [Batches] in batch.py).
"""

import time
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from celery import chain, current_app, signature
from django.conf import settings
from django.db import transaction
from kombu.exceptions import ChannelError

log = structlog.get_logger(__name__)
TASK = "engine.run_link"
RUNS_A_MESSAGE = 8
HANDS = 4  # a few runs are rung in as many messages, so that idle workers get some
_QUIET_S = 2.0
_quiet_until = 0.0  # after a failed publish: a broker that is away must not slow down whoever has facts to deliver


class Bell(NamedTuple):
    """A wake-up for one run: the links of its chain, by their queues."""

    run_id: UUID
    queues: Sequence[str]
    correlation_id: str


def ring(*, run_id: UUID, queues: Sequence[str], correlation_id: str) -> bool:
    """Publish a wake-up without retry. False when it was not: no loss, the run's row says when it is due."""
    return not ring_many([Bell(run_id, queues, correlation_id)])


def ring_many(bells: Iterable[Bell]) -> list[UUID]:
    """Publish wake-ups, of runs with the same links together, first come first rung. Returns whose were not."""
    return [bell.run_id for message in _messages(list(bells)) if not _publish(message) for bell in message]


def _messages(bells: list[Bell]) -> list[list[Bell]]:
    """The bells of each message. The first of each says whose turn the message is."""
    places = sorted(enumerate(bells), key=lambda placed: tuple(placed[1].queues))
    found: list[list[tuple[int, Bell]]] = []
    for _, alike in groupby(places, key=lambda placed: tuple(placed[1].queues)):
        group = list(alike)
        many = max(min(len(group), HANDS), -(-len(group) // RUNS_A_MESSAGE))
        found += (group[len(group) * n // many : len(group) * (n + 1) // many] for n in range(many))
    return [[bell for _, bell in message] for message in sorted(found, key=lambda message: message[0][0])]


def naming(run_ids: Sequence[UUID]) -> dict[str, Any]:
    """How a message names its runs. A worker of the release before knows one: the sweeper rings for the others."""
    names = [str(run_id) for run_id in run_ids]
    return {"run_id": names[0]} | ({"run_ids": names} if len(names) > 1 else {})


def _publish(bells: Sequence[Bell]) -> bool:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    first, named = bells[0], naming([bell.run_id for bell in bells])
    headers = {"correlation_id": first.correlation_id} if len(bells) == 1 else {}
    links = [
        signature(
            TASK, kwargs={**named, "queue": queue}, immutable=True, options={"queue": queue, "headers": headers}
        )
        for queue in first.queues
    ]  # fmt: skip
    try:
        (chain(*links) if len(links) > 1 else links[0]).apply_async(retry=False)
    except Exception as error:  # whatever a broker that comes and goes makes its client raise
        _quiet_until = time.monotonic() + _QUIET_S
        log.warning("wake-up not published; the sweeper will ring", **named, error=str(error))
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


def ring_after_commit(*bells: Bell) -> None:
    """The same, once the rows the wake-ups speak of can be seen."""
    if bells:
        transaction.on_commit(lambda: ring_many(bells), robust=True)
