"""Tell endpoints what is due. One slow endpoint holds up nobody else.

Note [One thread an endpoint]: a round takes several endpoints, each leased to one thread, the longest waiting first.
A slow one costs its thread and no more; a fast one is told all that is due within the round. Endpoints and deliveries
are claimed with SKIP LOCKED, so workers never wait for each other. A killed worker's leases run out by themselves.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from experience_apis.partners import sender
from experience_apis.partners.models import Delivery, DeliveryState, Endpoint
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from retail_platform.kernel import clock, correlation

log = structlog.get_logger(__name__)
_TRIES_KEPT, _QUIET_AT_MOST_S = 20, 300
_LEASE = """
WITH waiting AS (
    SELECT endpoint.id FROM partners_endpoint endpoint
    WHERE active AND (lease_until IS NULL OR lease_until < clock_timestamp())
      AND (quiet_until IS NULL OR quiet_until <= clock_timestamp())
      AND EXISTS (SELECT 1 FROM partners_delivery delivery WHERE delivery.endpoint_id = endpoint.id
                  AND delivery.state = 'pending' AND delivery.due_at <= clock_timestamp())
    ORDER BY last_tried_at NULLS FIRST LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE partners_endpoint SET lease_until = clock_timestamp() + %(seconds)s * interval '1 second'
FROM waiting WHERE partners_endpoint.id = waiting.id RETURNING partners_endpoint.id
"""


def deliver() -> int:
    """One round. Returns how many deliveries were tried."""
    until = time.monotonic() + settings.PARTNER_ROUND_S
    with connection.cursor() as cursor:
        seconds = settings.PARTNER_ROUND_S + 3 * settings.PARTNER_TIMEOUT_S
        cursor.execute(_LEASE, {"most": settings.PARTNER_SIDE_BY_SIDE, "seconds": seconds})
        leased = [endpoint for (endpoint,) in cursor.fetchall()]
    if len(leased) <= 1:  # no thread, and no connection to the database, for one
        return sum(_tell_all(endpoint, until=until) for endpoint in leased)
    with ThreadPoolExecutor(max_workers=len(leased)) as threads:
        return sum(threads.map(lambda endpoint: _in_thread(endpoint, until=until), leased))


def _in_thread(endpoint_id: UUID, *, until: float) -> int:
    try:
        return _tell_all(endpoint_id, until=until)
    except Exception:  # one endpoint's trouble is not the others'
        log.exception("an endpoint could not be told", endpoint=str(endpoint_id))
        return 0
    finally:
        connection.close()


def _tell_all(endpoint_id: UUID, *, until: float) -> int:
    """Tell one endpoint what is due, until one fails, nothing is left or the round is over."""
    tried = 0
    try:
        while time.monotonic() < until:
            endpoint = Endpoint.objects.get(id=endpoint_id)
            delivery = _next(endpoint)
            if delivery is None:
                break
            tried += 1
            if not tell(endpoint, delivery):
                break
    finally:
        Endpoint.objects.filter(id=endpoint_id).update(lease_until=None)
    return tried


def _next(endpoint: Endpoint) -> Delivery | None:
    if not endpoint.active:
        return None
    due = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.PENDING, due_at__lte=clock.now())
    return due.order_by("due_at", "id").first()


def tell(endpoint: Endpoint, delivery: Delivery) -> bool:
    """Try one delivery and write down what came of it. True if the partner took it."""
    with correlation.use(delivery.correlation_id):
        told = sender.send(
            url=endpoint.url,
            webhook_id=delivery.event_id,
            body=delivery.body,
            secrets=[value for value in endpoint.secrets.values() if value],
            correlation_id=delivery.correlation_id,
            at=clock.now(),
        )
        with transaction.atomic():
            _note(endpoint, delivery, told, now=clock.now())
    return told.ok


def _note(endpoint: Endpoint, delivery: Delivery, told: sender.Told, *, now: datetime) -> None:
    attempts = delivery.attempts + 1
    entry = {"at": now.isoformat(), "status": told.status, "error": told.error, "took_ms": told.took_ms}
    changes: dict[str, Any] = {"attempts": attempts, "tries": [*delivery.tries, entry][-_TRIES_KEPT:]}
    of_endpoint: dict[str, Any] = {"last_tried_at": now}
    if told.ok:
        changes |= {"state": DeliveryState.DELIVERED, "delivered_at": now}
        of_endpoint |= {"last_ok_at": now, "failures": 0, "failing_since": None, "quiet_until": None}
    else:
        pauses = settings.PARTNER_RETRY_S
        if attempts > len(pauses):
            changes["state"] = DeliveryState.FAILED
        else:
            changes["due_at"] = now + timedelta(seconds=pauses[attempts - 1] * random.uniform(0.8, 1.2))  # noqa: S311
        quiet = min(pauses[0] * 2 ** min(endpoint.failures, 10), _QUIET_AT_MOST_S) if pauses else 0
        since = endpoint.failing_since or now
        of_endpoint |= {
            "failures": F("failures") + 1, "failing_since": since, "quiet_until": now + timedelta(seconds=quiet),
        }  # fmt: skip
        if told.gone or now - since >= timedelta(seconds=settings.PARTNER_GIVE_UP_S):
            of_endpoint |= _switch_off(endpoint, told, since=since)
    Delivery.objects.filter(id=delivery.id, state=DeliveryState.PENDING).update(**changes)
    Endpoint.objects.filter(id=endpoint.id).update(**of_endpoint)


def _switch_off(endpoint: Endpoint, told: sender.Told, *, since: datetime) -> dict[str, Any]:
    why = "it says it is gone (410)" if told.gone else f"nothing has been taken since {since:%Y-%m-%d %H:%M} UTC"
    cases.open_case(
        kind=CaseKind.TECHNICAL,
        fingerprint=f"partner.endpoint:{endpoint.id}",
        subject=f"endpoint:{endpoint.id}",
        title=f"the webhooks of {endpoint.client} are switched off",
        detail=f"{endpoint.url}: {why}. The last try: {told.error}.",
        proposal="Ask the partner to mend it, then switch the endpoint on in the admin; what was due before follows.",
    )
    return {"active": False, "off_because": why}
