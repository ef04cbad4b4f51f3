"""What a client may do with its endpoints and deliveries, and what staff may do for it."""

import base64
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from experience_apis.partners import addresses, bell, queries
from experience_apis.partners.models import Delivery, DeliveryState, Endpoint
from experience_apis.partners.offered import EVERYTHING, OFFERED
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import DomainError, Invalid

MOST_ENDPOINTS = 20


class TooManyEndpoints(DomainError):
    """A client may have so many addresses; delete one first."""

    status, kind, title = 409, "too-many-endpoints", "You have as many endpoints as you may"


class EndpointIsOff(DomainError):
    """Nothing is told to an endpoint that is switched off."""

    status, kind, title = 409, "endpoint-off", "This endpoint is switched off"


def add(*, caller: Principal, body: dict[str, Any]) -> Endpoint:
    """A new endpoint with a secret of its own. Raises AddressNotPossible, Invalid and TooManyEndpoints."""
    addresses.check(body["url"])
    if unknown := [n for n, event in enumerate(body["events"]) if event not in (*OFFERED, EVERYTHING)]:
        raise Invalid(
            f"Choose from {', '.join(OFFERED)}, or * for all.",
            errors=[{"pointer": f"/events/{n}", "detail": f"There is no event {body['events'][n]}."} for n in unknown],
        )
    if foreign := sorted(each for each in body["channels"] if not caller.sees_channel(each)):
        raise Invalid(
            "Name channels of your own.",
            errors=[{"pointer": "/channels", "detail": f"{', '.join(foreign)}: not one of yours."}],
        )
    if Endpoint.objects.filter(client=caller.client).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(f"{MOST_ENDPOINTS} is the most; delete one that is not needed any more.")
    endpoint = Endpoint(
        client=caller.client,
        url=body["url"],
        description=body["description"],
        events=sorted(set(body["events"])),
        channels=sorted(set(body["channels"]) or caller.channels),
    )
    endpoint.secrets = {"present": new_secret()}
    endpoint.save()
    endpoint.refresh_from_db()
    return endpoint


def remove(*, caller: Principal, endpoint_id: UUID) -> None:
    """Forget an endpoint and what it was told. Raises NoSuchEndpoint."""
    queries.endpoint(endpoint_id, caller=caller).delete()


def redeliver(*, delivery: Delivery, now: datetime) -> Delivery:
    """Tell it again, at once, under the same webhook-id, whatever became of it. Raises EndpointIsOff."""
    with transaction.atomic():
        if not Endpoint.objects.filter(id=delivery.endpoint_id, active=True).exists():
            raise EndpointIsOff("have it switched on, or add it anew; then ask again")
        Delivery.objects.filter(id=delivery.id).update(
            state=DeliveryState.PENDING, due_at=now, attempts=0, delivered_at=None
        )
        Endpoint.objects.filter(id=delivery.endpoint_id).update(quiet_until=None)
        transaction.on_commit(bell.ring, robust=True)
    delivery.refresh_from_db()
    return delivery


def switch_on(*, endpoint_id: UUID, now: datetime) -> None:
    """Tell an endpoint again that was switched off; what it was to be told before follows."""
    Endpoint.objects.filter(id=endpoint_id).update(
        active=True, off_because="", failures=0, failing_since=None, quiet_until=None
    )
    bell.ring()


def switch_off(*, endpoint_id: UUID, why: str) -> None:
    """Tell an endpoint nothing more; new facts are not noted for it."""
    Endpoint.objects.filter(id=endpoint_id).update(active=False, off_because=why[:300])


def new_secret() -> str:
    """192 bits, in the form that Standard Webhooks gives them."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
