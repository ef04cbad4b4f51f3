"""Facts by name, and the CloudEvents 1.0 envelope they leave us in. A name never gets another meaning."""

from datetime import datetime
from typing import Any

from canonical.facts import inbox, money, orders, pickups, returns, stock
from canonical.value import Instant, Value

FACTS: dict[str, type[Value]] = {
    name: shape for kind in (inbox, orders, pickups, returns, money, stock) for name, shape in kind.FACTS.items()
}


class CloudEvent(Value):
    """The envelope (CloudEvents 1.0, JSON format)."""

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
    """Put a fact into its envelope. Raises KeyError for an unknown name, ValidationError for data of another shape."""
    FACTS[name].model_validate(data)
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
