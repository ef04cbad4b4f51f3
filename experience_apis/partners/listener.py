"""A fact that partners may hear: a delivery for each endpoint that wants it. Called by the relay, in the transaction
that marks the fact delivered, so each endpoint gets each fact once in its list, whoever dies."""

import json

from canonical.events import envelope
from experience_apis.partners import bell
from experience_apis.partners.models import Delivery, Endpoint
from experience_apis.partners.offered import OFFERED, wanted
from retail_platform.kernel.outbox.models import Fact


def on_fact(fact: Fact) -> None:
    """Note the fact for whoever wants to hear it and may: an endpoint hears of its own channels only."""
    if fact.name not in OFFERED:
        return
    channel = str(fact.data.get("channel", ""))
    hearing = [
        endpoint
        for endpoint in Endpoint.objects.filter(active=True).only("id", "events", "channels")
        if wanted(fact.name, events=endpoint.events) and (not endpoint.channels or channel in endpoint.channels)
    ]
    if not hearing:
        return
    body = body_of(fact)
    Delivery.objects.bulk_create(
        (
            Delivery(
                endpoint=endpoint,
                event_id=fact.event_id,
                name=fact.name,
                subject=fact.aggregate,
                body=body,
                correlation_id=fact.correlation_id,
            )
            for endpoint in hearing
        ),
        ignore_conflicts=True,
    )
    bell.noted()


def body_of(fact: Fact) -> str:
    """The fact in its CloudEvents envelope, as it is sent and signed."""
    event = envelope(
        event_id=str(fact.event_id),
        name=fact.name,
        subject=fact.aggregate,
        sequence=fact.sequence,
        at=fact.created_at,
        correlation_id=fact.correlation_id,
        data=fact.data,
    )
    return json.dumps(event.model_dump(mode="json"), separators=(",", ":"), ensure_ascii=False)
