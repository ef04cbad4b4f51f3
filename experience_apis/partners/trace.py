"""What partners were told because of a fact, for whoever follows an order."""

from collections.abc import Collection, Iterator
from uuid import UUID

from experience_apis.partners.models import Delivery, Endpoint
from retail_platform.kernel.trace import TraceEvent

_MOST = 500


def of_facts(event_ids: Collection[UUID]) -> Iterator[TraceEvent]:
    """Each delivery of these facts, with what its last attempt came to; not the address, which may hold a secret."""
    everywhere = list(Endpoint.objects.values_list("id", flat=True))  # the index begins with the endpoint
    told = Delivery.objects.filter(endpoint_id__in=everywhere, event_id__in=event_ids).select_related("endpoint")
    for delivery in told[:_MOST]:
        yield TraceEvent(
            at=delivery.delivered_at or delivery.created_at,
            kind="delivery",
            name=delivery.name,
            subject=delivery.subject,
            state=delivery.state,
            detail={
                "key": str(delivery.id), "endpoint_id": str(delivery.endpoint_id), "client": delivery.endpoint.client,
                "attempts": delivery.attempts, "last": delivery.tries[-1] if delivery.tries else {},
            },
            correlation_id=delivery.correlation_id,
        )  # fmt: skip
