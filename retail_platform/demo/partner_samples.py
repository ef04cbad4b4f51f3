"""A partner's endpoint with something it was told, under the ids that the documentation shows.

Its address leads nowhere, and it listens to a channel without orders: a demonstration calls nobody.
"""

import json
from datetime import datetime, timedelta
from uuid import UUID

from experience_apis.partners import examples
from experience_apis.partners.models import Delivery, DeliveryState, Endpoint
from experience_apis.partners.services import new_secret

_CLIENT = "demo-partner"


def listen(*, now: datetime) -> None:
    """The endpoint and its one delivery, once."""
    if Endpoint.objects.filter(id=examples.ENDPOINT_ID).exists():
        return
    endpoint = Endpoint(
        id=UUID(examples.ENDPOINT_ID),
        client=_CLIENT,
        url=str(examples.NEW_ENDPOINT["url"]),
        description=str(examples.NEW_ENDPOINT["description"]),
        events=list(examples.NEW_ENDPOINT["events"]),
        channels=["partner-demo"],
        last_ok_at=now,
    )
    endpoint.secrets = {"present": new_secret()}
    endpoint.save(force_insert=True)
    shown = examples.DELIVERY
    Delivery.objects.create(
        id=UUID(examples.DELIVERY_ID),
        endpoint=endpoint,
        event_id=UUID(examples.EVENT_ID),
        name=shown["event"],
        subject=shown["subject"],
        body=json.dumps({"specversion": "1.0", "id": examples.EVENT_ID, "type": shown["event"]}),
        state=DeliveryState.DELIVERED,
        attempts=1,
        tries=[{"at": now.isoformat(), "status": 204, "error": "", "took_ms": 38}],
        due_at=now,
        created_at=now - timedelta(seconds=1),
        delivered_at=now,
    )
