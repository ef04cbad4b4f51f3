"""Examples for the OpenAPI document, under the ids that a demonstration has."""

from typing import Any
from uuid import UUID

from process_apis.engine.examples import ORDER, ORDER_CORRELATION, ORDER_RUN, WEBHOOKS

CASE_ID = UUID("0d2f6a10-1001-4000-8000-000000000006")  # open on a demo
MESSAGE_ID = str(WEBHOOKS["resume"])
RUN_ID = ORDER_RUN
_AT = {"name": "create_erp_order", "subject": ORDER, "state": "done", "correlation_id": ORDER_CORRELATION}
TRACE: dict[str, Any] = {
    "correlation_id": ORDER_CORRELATION,
    "orders": [ORDER],
    "complete": True,
    "events": [
        {
            **_AT, "at": "2026-03-01T09:30:02Z", "kind": "step", "vendor_refs": {"erp_order": "SO-1001"},
            "detail": {"attempts": 1, "key": "1f0c2a7b9d3e4f5061728394a5b6c7d8", "maybe_sent": False},
        },
        {
            **_AT, "at": "2026-03-01T12:00:01Z", "kind": "delivery", "name": "shipment.dispatched",
            "subject": f"order:{ORDER}", "state": "delivered", "vendor_refs": {},
            "detail": {"client": "partner", "attempts": 2, "last": {"status": 204}},
        },
    ],
}  # fmt: skip
REPLAY: dict[str, Any] = {"inbox_ids": [MESSAGE_ID], "dry_run": True}
_REPLAYED = {
    "kind": "inbox",
    "id": MESSAGE_ID,
    "fact": "commerce.order_received",
    "outcome": f"no-op: order_intake run {RUN_ID} is done",
    "new": False,
}
REPLAYED: dict[str, Any] = {"dry_run": True, "items": [_REPLAYED], "next": None}
DAY: dict[str, Any] = {"day": "2026-03-01", "limit": 100, "dry_run": True}
DAY_REPLAYED: dict[str, Any] = {**REPLAYED, "next": MESSAGE_ID}
STUCK: dict[str, Any] = {"dry_run": True}
DELIVERED: dict[str, Any] = {
    "dry_run": True,
    "items": [
        {
            "kind": "fact", "id": "0d2f6a10-2001-4000-8000-000000000004", "fact": "shipment.dispatched",
            "outcome": "is told again; it failed with LookupError: no such node", "new": True,
        }
    ],
    "next": None,
}  # fmt: skip
