"""What the documents show of returns; the demonstration has them under these very numbers."""

from typing import Any

ORDER = "DEMO-1009"
TO_APPROVE, TO_REJECT, TO_RECEIVE, TO_INSPECT, TO_PAY, TO_DEBIT = (
    "RDEMAPPRVE", "RDEMREJECT", "RDEMRECEVE", "RDEMNSPECT", "RDEMPAYTHE", "RDEMDEBITN",
)  # fmt: skip
DEBIT_NOTE = f"DN-{TO_DEBIT}-1"
REFUND = "5d0c1f0e-3a44-4c55-9a3b-0d6c2b1f8e70"


def _money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


LINE = {
    "line_id": "1", "sku": "SKU-00001", "units": 1, "condition": "new", "net": _money("100.00"),
    "tax": _money("19.00"), "fee": _money("0.00"),
}  # fmt: skip
RETURN: dict[str, Any] = {
    "number": TO_RECEIVE, "kind": "return", "state": "requested", "held_for": "", "waits_for": "",
    "order_number": ORDER, "channel": "web", "node": "WH-1", "reason": "too small", "refuse_reason": "",
    "total": _money("119.00"), "arithmetic": [{"what": "1 x SKU-00001 as paid", "amount": _money("119.00")}],
    "lines": [LINE], "receipts": [], "credit_memos": [], "refunds": [], "label_url": "", "tracking_number": "",
    "requested_at": "2026-03-05T09:30:00Z", "expires_at": "2026-05-04T21:59:00Z", "closed_at": None,
}  # fmt: skip
DEBIT_NOTE_SHOWN: dict[str, Any] = {
    "number": DEBIT_NOTE, "supplier": "Boots & Sons", "state": "issued",
    "lines": [{"sku": "SKU-00001", "units": 1, "serial": ""}], "total": _money("40.00"),
    "journal": "DSP-1-vendor_return", "reversal": "", "supplier_reference": "",
    "reason": "", "goods": "", "answered_at": None,
}  # fmt: skip
CLOSED: dict[str, Any] = {
    **RETURN,
    "state": "closed",
    "receipts": [
        {
            "key": "till-1:1", "node": "WH-1", "received_at": "2026-03-08T10:00:00Z",
            "lines": [{"position": 1, "line_id": "1", "sku": "SKU-00001", "units": 1, "condition": "new",
                       "disposition": "restock", "suspect": ""}],
        }
    ],
    "credit_memos": [
        {"number": f"CM-{TO_RECEIVE}", "net": _money("100.00"), "tax": _money("19.00"), "total": _money("119.00"),
         "booked_on": "2026-03-08", "erp_reference": "CM-0000001"}
    ],
    "refunds": [
        {"id": REFUND, "way": "original", "amount": _money("119.00"), "state": "done", "failure": "",
         "done_at": "2026-03-08T10:01:00Z"}
    ],
    "closed_at": "2026-03-08T10:01:02Z",
}  # fmt: skip


def at_desk(shown: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A return as those who work with it see it."""
    return {**shown, "debit_notes": [], **changes}
