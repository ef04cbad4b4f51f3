"""Examples for the OpenAPI document. Requests work when pasted, against the demonstration's catalog."""

from typing import Any

from canonical.ids import receipt_number

NUMBER = "DEMO-1001"
_TEN = {"amount": "10.00", "currency": "EUR"}
_PRICE = {"amount": "49.90", "currency": "EUR"}
AVAILABILITY = {
    "channel": "web",
    "as_of": "2026-03-01T09:30:00.120000Z",
    "age_ms": 0,
    "items": [
        {
            "sku": "SKU-00001",
            "status": "in_stock",
            "available": 42,
            "nodes": [
                {"code": "WH-1", "name": "Central warehouse", "available": 40},
                {"code": "STORE-001", "name": "Harbour street", "available": 2},
            ],
            "promise": {"date": "2026-03-02", "basis": "in stock"},
            "pickup": ["STORE-001"],
        },
        {
            "sku": "SKU-00002",
            "status": "out",
            "available": 0,
            "nodes": [],
            "promise": {"date": "2026-03-09", "basis": "on order"},
            "pickup": [],
        },
    ],
}
PRICES = {
    "channel": "web",
    "taxes_included": True,
    "items": [
        {"sku": "SKU-00001", "status": "on_sale", "title": "Walking boot", "price": _PRICE},
        {"sku": "SKU-00002", "status": "unknown", "title": "", "price": None},
    ],
}
ORDER: dict[str, Any] = {
    "channel": "web",
    "lines": [{"sku": "SKU-00001", "quantity": 2}],
    "customer": {"name": "Ada Example", "email": "ada@example.com"},
    "ship_to": {
        "name": "Ada Example",
        "line1": "Hauptstrasse 1",
        "city": "Berlin",
        "postcode": "10115",
        "country": "DE",
    },
    "payment": {"kind": "card", "token": "tok_visa"},
}
PICKUP_ORDER = {**ORDER, "fulfilment": {"method": "pickup", "node": "STORE-001"}}
CART_ORDER = {
    **ORDER,
    "lines": [
        {"sku": "SKU-00001", "quantity": 1},
        {"sku": "SKU-00002", "quantity": 1},
        {"sku": "GIFT-WRAP", "quantity": 1, "belongs_to": "2"},
    ],
    "cart_reference": "cart-2026-0001",
}
GIFT_CARD_ORDER = {
    **{name: value for name, value in ORDER.items() if name != "payment"},
    "payments": [
        {"kind": "gift_card", "number": "6006 4910 0000 0017", "pin": "4711", "amount": _TEN},
        {"kind": "card", "token": "tok_visa"},
    ],
    "ship_to": {**ORDER["ship_to"], "latitude": "52.520000", "longitude": "13.400000"},
    "fulfilment": {"method": "pickup", "node": "STORE-001"},
}
PLACED = {
    "number": NUMBER,
    "state": "received",
    "status_url": f"/api/experience/storefront/v1/orders/{NUMBER}",
    "total": {"amount": "104.75", "currency": "EUR"},
    "placed_at": "2026-03-01T09:30:00Z",
}
STATUS: dict[str, Any] = {
    "number": NUMBER,
    "receipt_number": receipt_number(NUMBER),
    "channel": "web",
    "state": "partly_shipped",
    "headline": "1 of 2 items are on their way.",
    "what_next": "The rest follows in another parcel at no extra cost.",
    "lines": [
        {
            "line_id": "1",
            "sku": "SKU-00001",
            "title": "Walking boot",
            "quantity": 2,
            "shipped": 1,
            "cancelled": 0,
            "unit_price": _PRICE,
            "kind": "goods",
            "promised_on": None,
        }
    ],
    "parcels": [
        {
            "shipment_id": "P-1001",
            "carrier": "DHL",
            "tracking_number": "00340434161094015902",
            "tracking_url": "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html"
            "?piececode=00340434161094015902",
            "dispatched_at": "2026-03-01T15:00:00Z",
            "lines": [{"line_id": "1", "sku": "SKU-00001", "quantity": 1}],
        }
    ],
    "pickup": None,
    "cancellations": [],
    "refunds": [],
    "next_by": "2026-03-03T09:30:00Z",
    "money": {
        "total": {"amount": "104.75", "currency": "EUR"},
        "paid": {"amount": "54.85", "currency": "EUR"},
        "refunded": {"amount": "0.00", "currency": "EUR"},
    },
    "placed_at": "2026-03-01T09:30:00Z",
    "updated_at": "2026-03-01T15:00:02Z",
    "version": 6,
}
READY_TO_COLLECT = {
    **STATUS,
    "state": "ready_to_collect",
    "headline": "Your order is ready to collect at Store Berlin until 2026-03-08 11:20 UTC.",
    "what_next": "Bring the code ending in 11, or an identity document.",
    "lines": [{**STATUS["lines"][0], "shipped": 0}],
    "parcels": [],
    "next_by": "2026-03-08T11:20:00Z",
    "pickup": {
        "node": "STORE-001",
        "name": "Store Berlin",
        "state": "ready",
        "ready_by": "2026-03-01T12:00:00Z",
        "expires_at": "2026-03-08T11:20:00Z",
        "code": "204211",
        "code_hint": "11",
    },
    "money": {
        "total": {"amount": "99.80", "currency": "EUR"},
        "paid": {"amount": "0.00", "currency": "EUR"},
        "refunded": {"amount": "0.00", "currency": "EUR"},
    },
}
TRADE_ORDER = {
    "channel": "trade",
    "account": "ACME-1",
    "purchase_order": "PO-4711",
    "contact": {"name": "Ada Example", "email": "purchasing@example.com"},
    "deliver_to": {
        "name": "Acme Ltd",
        "line1": "Industriestrasse 1",
        "city": "Berlin",
        "postcode": "10115",
        "country": "DE",
        "latitude": "52.520000",
        "longitude": "13.400000",
    },
    "positions": [
        {"item": "SKU-00001", "quantity": 3, "deliver_on": "2027-03-01"},
        {"item": "SKU-00002", "quantity": 1, "deliver_on": "2027-03-15"},
    ],
}
TRADE_PLACED = {
    "number": "WK7M2P9XQ4R",
    "purchase_order": "PO-4711",
    "state": "received",
    "status_url": "/api/experience/storefront/v1/orders/WK7M2P9XQ4R",
    "net": {"amount": "199.60", "currency": "EUR"},
    "placed_at": "2026-03-01T09:30:00Z",
}
