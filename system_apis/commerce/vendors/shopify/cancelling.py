"""Cancel at Shopify what was cancelled with us (shopify.dev, "GraphQL Admin API": orderCancel, refundCreate,
Order.suggestedRefund).

A refund pays back only what its transactions name, so Shopify is asked first what it suggests for the units.
"""

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

SUGGESTED = """
query SuggestedRefund($id: ID!, $lines: [RefundLineItemInput!]!) {
  order(id: $id) {
    id
    suggestedRefund(refundLineItems: $lines) {
      suggestedTransactions {
        gateway
        amountSet { presentmentMoney { amount currencyCode } }
        parentTransaction { id }
      }
    }
  }
}
"""

REFUND = """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
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


def to_lines(units: Mapping[str, int]) -> list[dict[str, Any]]:
    """Units that will not come, without putting them back on a shelf of Shopify's."""
    return [
        {"lineItemId": f"gid://shopify/LineItem/{line_id}", "quantity": quantity, "restockType": "NO_RESTOCK"}
        for line_id, quantity in units.items()
    ]


def to_refund(order_id: str, lines: list[dict[str, Any]], *, note: str, suggested: Mapping[str, Any]) -> dict[str, Any]:
    """Units off the order, and what Shopify has taken for them back to where it came from.

    `suggested` is the order with its suggestedRefund; money that is only held has no transaction there. Raises
    ContractBroken for a suggestion that says neither how much nor of what.
    """
    refund = {"orderId": order_id, "note": note, "notify": False, "refundLineItems": lines}
    found = [_transaction(each, order_id) for each in _suggestions(suggested)]
    if found:
        refund |= {"transactions": [paid for paid, _ in found], "currency": found[0][1]}
    return refund


def _suggestions(order: Mapping[str, Any]) -> list[Any]:
    refund = order.get("suggestedRefund")
    each = refund.get("suggestedTransactions") if isinstance(refund, Mapping) else None
    if not isinstance(each, list):
        raise ContractBroken("Shopify suggests no refund for units of an order: suggestedTransactions is missing")
    return each


def _transaction(suggested: Any, order_id: str) -> tuple[dict[str, Any], str]:
    try:
        money = suggested["amountSet"]["presentmentMoney"]
        paid = {"orderId": order_id, "kind": "REFUND", "gateway": suggested["gateway"], "amount": money["amount"]}
        parent = suggested.get("parentTransaction")
        return {**paid, **({"parentId": parent["id"]} if parent else {})}, str(money["currencyCode"])
    except (TypeError, KeyError) as missing:
        raise ContractBroken(f"Shopify's suggestedTransactions lack {missing}") from missing


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
