"""Wake the publishers. A wake-up may get lost; the sweeper rings again as long as something is due."""

import time

import structlog
from celery import signature
from django.db import connection

from process_apis.publication import noting, record, shops

log = structlog.get_logger(__name__)
TASK, QUEUE = "publication.publish", "stock"
AT_MOST_EVERY_S, LOOK_EVERY_S, QUIET_S = 0.5, 10.0, 2.0
_RING = """
UPDATE publication_channelshop shop SET rung_at = clock_timestamp()
WHERE active AND (lease_until IS NULL OR lease_until < clock_timestamp())
  AND (retry_at IS NULL OR retry_at <= clock_timestamp())
  AND (rung_at IS NULL OR rung_at < clock_timestamp() - interval '1 second')
  AND (full_due_at <= clock_timestamp() OR EXISTS (
      SELECT 1 FROM publication_channellevel level WHERE level.channel = shop.channel
      AND (level.due_at <= clock_timestamp() OR level.version <> level.weighed)
      AND (level.hold_until IS NULL OR level.hold_until <= clock_timestamp())))
RETURNING channel
"""
_noted = False
_rung_at = _looked_at = _quiet_until = 0.0


def noted() -> None:
    """Something changed: ring once it is committed."""
    global _noted
    _noted = True


def after_facts(*, delivered: int) -> None:
    """Called by the relay after each of its rounds."""
    global _noted, _rung_at
    if _noted and time.monotonic() - _rung_at >= AT_MOST_EVERY_S:
        _noted, _rung_at = False, time.monotonic()
        ring_due()


def sweep() -> None:
    """Called by the sweeper: know the shops, ring for all that is due, forget what was long ago."""
    global _looked_at
    if time.monotonic() - _looked_at >= LOOK_EVERY_S:
        _looked_at = time.monotonic()
        shops.look_up()
        record.forget_old()
    ring_due()


def ring_due() -> list[str]:
    """Ring for every channel that has something to do and nobody at it. Returns their names."""
    noting.fold()
    with connection.cursor() as cursor:
        cursor.execute(_RING)
        due = [channel for (channel,) in cursor.fetchall()]
    return [channel for channel in due if _ring(channel)]


def _ring(channel: str) -> bool:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    try:
        signature(TASK, kwargs={"channel": channel}, immutable=True, options={"queue": QUEUE}).apply_async(retry=False)
    except Exception as error:  # whatever a broker that comes and goes makes its client raise
        _quiet_until = time.monotonic() + QUIET_S
        log.warning("wake-up not published; the sweeper will ring", channel=channel, error=str(error))
        return False
    return True
