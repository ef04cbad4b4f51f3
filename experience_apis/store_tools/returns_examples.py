"""Examples of receipts, returns and gift cards at the counter."""

from typing import Any

from canonical.ids import receipt_number
from process_apis.returns import examples

ORDER = examples.ORDER
CARD = "6006491000001001"
SALE: dict[str, Any] = {
    "order_number": ORDER,
    "receipt_number": receipt_number(ORDER),
    "invoices": [f"INV-{ORDER}-1"],
    "channel": "web",
    "refunded_by_channel": False,
    "placed_at": "2026-03-01T10:00:00Z",
    "customer": "A. E.",
    "tenders": [{"kind": "card", "can_refund": {"amount": "119.00", "currency": "EUR"}}],
    "lines": [
        {
            "line_id": "1", "sku": "SKU-00001", "title": "A sample", "bought": 10, "returned": 1, "can_return": 9,
            "until": "2026-03-31", "paid_for_one": {"amount": "11.90", "currency": "EUR"},
        }
    ],
    "announced": [
        {
            "number": examples.TO_RECEIVE,
            "lines": [{"line_id": "1", "sku": "SKU-00001", "title": "A sample", "units": 1}],
        }
    ],
}  # fmt: skip
LOOKUP = {"by": "order", "value": ORDER, "staff": "kim"}
WITH_RECEIPT = {
    "node": "STORE-001", "staff": "kim", "order_number": ORDER,
    "lines": [{"line_id": "1", "sku": "SKU-00001", "units": 1, "condition": "new", "disposition": "restock"}],
}  # fmt: skip
GIFT_CARD = {
    "number": "•••• 1001",
    "balance": {"amount": "250.00", "currency": "EUR"},
    "expires_on": None,
}
