"""Examples for the OpenAPI document, under the ids that a demonstration has."""

from typing import Any

ENDPOINT_ID = "0d2f6a10-2001-4000-8000-000000000001"
DELIVERY_ID = "0d2f6a10-2001-4000-8000-000000000003"
EVENT_ID = "0d2f6a10-2001-4000-8000-000000000004"
NEW_ENDPOINT: dict[str, Any] = {
    "url": "https://partner.example/hooks/retail",
    "events": ["order.accepted", "shipment.dispatched"],
    "channels": ["web"],
    "description": "our order page",
}
ENDPOINT: dict[str, Any] = {
    **NEW_ENDPOINT,
    "id": ENDPOINT_ID,
    "active": True,
    "off_because": "",
    "failures": 0,
    "failing_since": None,
    "last_ok_at": "2026-03-01T15:00:03Z",
    "created_at": "2026-03-01T09:00:00Z",
}
MADE = {**ENDPOINT, "last_ok_at": None}
SECRET = {"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}
DELIVERY: dict[str, Any] = {
    "id": DELIVERY_ID,
    "endpoint_id": ENDPOINT_ID,
    "webhook_id": EVENT_ID,
    "event": "shipment.dispatched",
    "subject": "order:DEMO-1001",
    "state": "delivered",
    "attempts": 2,
    "tries": [
        {"at": "2026-03-01T15:00:01Z", "status": 503, "error": "it answered 503", "took_ms": 41},
        {"at": "2026-03-01T15:00:06Z", "status": 204, "error": "", "took_ms": 38},
    ],
    "due_at": "2026-03-01T15:00:06Z",
    "created_at": "2026-03-01T15:00:01Z",
    "delivered_at": "2026-03-01T15:00:06Z",
    "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}
AGAIN = {**DELIVERY, "state": "pending", "attempts": 0, "delivered_at": None}
