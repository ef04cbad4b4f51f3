"""Cancel at Shopify what was cancelled with us (shopify.dev, "GraphQL Admin API": orderCancel, refundCreate)."""

from collections.abc import Mapping
from typing import Any

from system_apis.commerce.port import OrderChange
from system_apis.errors import ContractBroken
from system_apis.terms import VendorRef

REASONS = {"customer": "CUSTOMER", "fraud": "FRAUD", "stock": "INVENTORY", "service": "STAFF"}

ORDER_CANCELLED = """
query OrderCancelled($id: ID!) {
  order(id: $id) { id cancelledAt refunds(first: 100) { id note } }
}
"""

CANCEL = """
mutation Cancel($orderId: ID!, $reason: OrderCancelReason!) {
  orderCancel(orderId: $orderId, reason: $reason, refundMethod: { originalPaymentMethodsRefund: true },
              restock: false, notifyCustomer: false) {
    job { id }
    userErrors: orderCancelUserErrors { field message }
  }
}
"""

REFUND = """
mutation Refund($input: RefundInput!) {
  refundCreate(input: $input) {
    refund { id note }
    userErrors { field message }
  }
}
"""


def read_change(document: object) -> OrderChange:
    """Whether an order was cancelled, and what remains of its lines. Raises ContractBroken where it is no order."""
    found = document.get("order", document) if isinstance(document, Mapping) else {}
    order = found if isinstance(found, Mapping) else {}
    items = order.get("line_items")
    if not order.get("id") or not isinstance(items, list):
        raise ContractBroken("the webhook carries no order: id or line_items is missing")
    remains = {
        str(item["id"]): quantity
        for item in items
        if isinstance(item, Mapping) and isinstance(quantity := item.get("current_quantity", item.get("quantity")), int)
    }
    return OrderChange(
        channel_order_id=str(order["id"]),
        cancelled=bool(order.get("cancelled_at")),
        reason=str(order.get("cancel_reason") or "")[:200],
        remains=remains,
    )


def to_refund(order_id: str, units: Mapping[str, int], *, note: str) -> dict[str, Any]:
    """Units that will not come: off the order, without putting them back on a shelf of Shopify's."""
    lines = [
        {"lineItemId": f"gid://shopify/LineItem/{line_id}", "quantity": quantity, "restockType": "NO_RESTOCK"}
        for line_id, quantity in units.items()
    ]
    return {"orderId": order_id, "note": note, "notify": False, "refundLineItems": lines}


def already_cancelled(order: Mapping[str, Any]) -> VendorRef | None:
    """Shopify's name of the order, if it is cancelled there."""
    return VendorRef(str(order["id"])) if order.get("cancelledAt") else None


def already_refunded(order: Mapping[str, Any], *, note: str) -> VendorRef | None:
    """The refund that carries our note."""
    refunds = order.get("refunds")
    made = [one for one in refunds if isinstance(one, Mapping)] if isinstance(refunds, list) else []
    return next((VendorRef(str(one.get("id"))) for one in made if one.get("note") == note), None)


def to_reference(made: Any) -> VendorRef:
    """What Shopify calls what it just made. Raises ContractBroken where it names nothing."""
    if not isinstance(made, Mapping) or not made.get("id"):
        raise ContractBroken("Shopify cancelled without saying what it made")
    return VendorRef(str(made["id"]))
