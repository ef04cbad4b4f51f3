"""Examples for the OpenAPI document. Requests work when pasted, against the demonstration's catalog."""

from typing import Any

STORE = "STORE-001"
_BERLIN: dict[str, Any] = {
    "node": STORE,
    "name": "Store Berlin",
    "state": "open",
    "time_zone": "Europe/Berlin",
    "opening_hours_today": [{"opens": "2026-03-02T08:00:00Z", "closes": "2026-03-02T19:00:00Z"}],
    "heard_at": "2026-03-02T09:29:12Z",
    "distance_m": 0,
    "ready_from": "2026-03-02T11:30:00Z",
    "until": "2026-03-02T19:00:00Z",
    "today": True,
    "has_all": True,
    "items": [{"sku": "SKU-00001", "available": 2}, {"sku": "SKU-00002", "available": 1}],
}
_LEIPZIG = {
    **_BERLIN,
    "node": "STORE-008",
    "name": "Store Leipzig",
    "state": "closed",
    "distance_m": 149_000,
    "ready_from": "2026-03-03T10:00:00Z",
    "until": "2026-03-03T19:00:00Z",
    "today": False,
    "has_all": False,
    "items": [{"sku": "SKU-00001", "available": 4}, {"sku": "SKU-00002", "available": 0}],
}
AVAILABILITY = {"as_of": "2026-03-02T09:30:00.120000Z", "store": _BERLIN, "nearby": [_LEIPZIG]}
OPTIONS = {"channel": "web", "as_of": "2026-03-02T09:30:00.120000Z", "stores": [_BERLIN, _LEIPZIG]}
TILL_ORDER = {
    "receipt": "R-2026-000123",
    "staff": "kim",
    "items": [{"sku": "SKU-00001", "quantity": 1}],
    "customer": {"name": "Ada Example", "email": "ada@example.com"},
    "address": {
        "name": "Ada Example",
        "line1": "Hauptstrasse 1",
        "city": "Berlin",
        "postcode": "10115",
        "country": "DE",
    },
    "taken": [{"kind": "till_cash"}],
}
TILL_PLACED = {
    "number": "WK7M2P9XQ4R",
    "receipt": "R-2026-000123",
    "state": "received",
    "total": {"amount": "49.90", "currency": "EUR"},
    "placed_at": "2026-03-01T09:30:00Z",
}
