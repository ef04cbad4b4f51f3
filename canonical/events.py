"""Facts: what happened, in a CloudEvents 1.0 envelope. A name is public and never gets another meaning."""

from datetime import datetime
from typing import Any

from canonical.value import Instant, Value

FACTS: dict[str, str] = {
    "commerce.order_received": "A shop's webhook carried an order; its bytes are in the inbox.",
    "wms.shipment_reported": "A warehouse's webhook carried a parcel; its bytes are in the inbox.",
    "payments.event_received": "A payment provider's webhook came in; its bytes are in the inbox.",
    "inbox.unrecognized": "A webhook came in with a topic nobody here knows.",
    "inbox.conflict": "A webhook came in twice under one event id with different bytes.",
    "order.placed": "An order stands in our book.",
    "order.accepted": "Everything in the order is known and adds up.",
    "order.reserved": "Each line has goods set aside for it.",
    "order.released": "Warehouses and stores were asked to send it.",
    "order.held": "The order waits for a person.",
    "order.cancelled": "The order, or what was left of it, will not be sent.",
    "order.closed": "Every line is shipped or cancelled and the money is settled.",
    "shipment.dispatched": "A parcel left.",
    "parcel.settled": "A parcel is paid, invoiced, booked and told to the channel.",
    "stock.changed": "Availability of some skus may be different now.",
    "journal.booked": "A journal entry stands in our ledger.",
}


class CloudEvent(Value):
    """The envelope every fact leaves us in (CloudEvents 1.0, JSON format)."""

    specversion: str = "1.0"
    id: str
    type: str
    source: str
    subject: str
    time: Instant
    datacontenttype: str = "application/json"
    correlationid: str = ""
    sequence: int
    data: dict[str, Any]


def envelope(
    *, event_id: str, name: str, subject: str, sequence: int, at: datetime, correlation_id: str, data: dict[str, Any]
) -> CloudEvent:
    """Put a fact into its envelope."""
    return CloudEvent(
        id=event_id,
        type=name,
        source="/retail-platform",
        subject=subject,
        time=at,
        correlationid=correlation_id,
        sequence=sequence,
        data=data,
    )
