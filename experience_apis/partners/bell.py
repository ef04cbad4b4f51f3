"""Wake the deliverers. A wake-up may get lost; the sweeper rings again as long as something is due."""

import time
from datetime import timedelta

import structlog
from celery import signature
from django.conf import settings
from django.db import connection

from experience_apis.partners.models import Delivery, DeliveryState
from retail_platform.kernel import clock

log = structlog.get_logger(__name__)
TASK, QUEUE = "partners.deliver", "bulk"
_AT_MOST_EVERY_S, _SWEEP_EVERY_S, _FORGET_EVERY_S = 0.3, 2.0, 3600.0
_DUE = """
SELECT count(*) FROM (
    SELECT 1 FROM partners_endpoint endpoint
    WHERE active AND (lease_until IS NULL OR lease_until < clock_timestamp())
      AND (quiet_until IS NULL OR quiet_until <= clock_timestamp())
      AND EXISTS (SELECT 1 FROM partners_delivery delivery WHERE delivery.endpoint_id = endpoint.id
                  AND delivery.state = 'pending' AND delivery.due_at <= clock_timestamp())
    LIMIT 1) due
"""
_noted = False
_rung_at = _swept_at = _forgot_at = 0.0


def noted() -> None:
    """There is something to tell: ring once it is committed."""
    global _noted
    _noted = True


def after_facts(*, delivered: int) -> None:
    """Called by the relay after each of its rounds."""
    global _noted, _rung_at
    if _noted and time.monotonic() - _rung_at >= _AT_MOST_EVERY_S:
        _noted, _rung_at = False, time.monotonic()
        ring()


def sweep() -> None:
    """Called by the sweeper: ring where something is due and nobody is at it; forget what was told long ago."""
    global _swept_at, _forgot_at
    now = time.monotonic()
    if now - _swept_at < _SWEEP_EVERY_S:
        return
    _swept_at = now
    if is_due():
        ring()
    if now - _forgot_at >= _FORGET_EVERY_S:
        _forgot_at = now
        old = clock.now() - timedelta(days=settings.PARTNER_KEEP_DAYS)
        Delivery.objects.filter(state=DeliveryState.DELIVERED, created_at__lt=old).delete()


def is_due() -> bool:
    """Whether some endpoint could be told something now."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE)
        return bool(cursor.fetchone()[0])


def ring() -> None:
    """Publish a wake-up without retry; one that is lost comes again with the next sweep."""
    try:
        signature(TASK, immutable=True, options={"queue": QUEUE, "expires": 30}).apply_async(retry=False)
    except Exception as error:  # whatever a broker that comes and goes makes its client raise
        log.warning("wake-up not published; the sweeper will ring", error=str(error))
