"""Examples of pickups for the OpenAPI document."""

from process_apis.pickups.examples import IDS, ORDERS

ID = IDS["show"]
STAFF = {"staff": "kim"}
READY = {
    "id": ID,
    "order_number": ORDERS["show"],
    "node": "STORE-001",
    "attempt": 1,
    "state": "ready",
    "allowed": ["arrived", "handover", "reject"],
    "customer_name": "Ada Example",
    "lines": [
        {
            "line_id": "1",
            "sku": "SKU-00001",
            "title": "Walking boot",
            "units": 2,
            "picked": 2,
            "collected": 0,
            "min_age": 0,
            "parts": {"SKU-00001": 1},
        }
    ],
    "ready_by": "2026-03-01T12:00:00Z",
    "overdue": False,
    "expires_at": "2026-03-08T11:20:00Z",
    "arrived_at": None,
    "ended_at": None,
    "collected_by": "",
    "proof": "",
    "staff": "kim",
    "reject_reason": "",
}
PART = {"staff": "kim", "id_checked": True, "collected_by": "Ben Sommer", "lines": [{"line_id": "1", "units": 1}]}
HANDED_OVER = {
    **READY,
    "state": "handed_over",
    "allowed": [],
    "ended_at": "2026-03-02T16:05:00Z",
    "collected_by": "Ada Example",
    "proof": "code",
}
REJECTED = {**READY, "state": "store_rejected", "allowed": [], "expires_at": None, "reject_reason": "not_found"}
REJECTIONS = {
    "since": "2026-02-01T00:00:00Z",
    "items": [{"node": "STORE-001", "reason": "not_found", "count": 2}],
}
