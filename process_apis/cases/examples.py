"""Examples for the OpenAPI document."""

from typing import Any
from uuid import UUID

EXAMPLE = UUID("0d2f6a10-1001-4000-8000-000000000005")  # open on a demo
CASE: dict[str, Any] = {
    "id": str(EXAMPLE),
    "kind": "contract",
    "owner": "integration",
    "subject": "carts/update",
    "run_id": None,
    "title": "shopify sent a webhook of unknown topic 'carts/update'",
    "detail": "The payload is kept as inbox message 0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11.",
    "proposal": "Unsubscribe from the topic at the vendor, or add it to the vendor's webhooks and replay it.",
    "state": "open",
    "count": 3,
    "opened_at": "2026-03-01T09:30:00Z",
    "last_seen_at": "2026-03-01T09:45:00Z",
    "resolved_at": None,
    "resolved_by": "",
    "resolution": "",
    "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}
RESOLVED = {
    **CASE,
    "state": "resolved",
    "resolved_at": "2026-03-01T10:00:00Z",
    "resolved_by": "demo-engineer",
    "resolution": "unsubscribed at the vendor",
}
