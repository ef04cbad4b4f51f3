"""Tell Shopify of units that came back (shopify.dev, "GraphQL Admin API": refundCreate).

What we have given back ourselves moves no money there; what Shopify took, it gives back, up to what we say.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from canonical.money import Money
from system_apis.commerce.vendors.shopify.cancelling import to_refund
from system_apis.errors import ContractBroken


def to_returned(
    order_id: str, lines: list[dict[str, Any]], *, note: str, by_shop: Money | None, suggested: Mapping[str, Any]
) -> dict[str, Any]:
    """The RefundInput of a return. Raises ContractBroken where Shopify says it has taken less than it is to give."""
    if by_shop is None:
        return {"orderId": order_id, "note": note, "notify": False, "refundLineItems": lines}
    refund = to_refund(order_id, lines, note=note, suggested=suggested)
    left, paid = Decimal(by_shop.text), []
    for transaction in refund.get("transactions", []):
        part = min(left, Decimal(str(transaction["amount"])))
        if part > 0:
            paid.append({**transaction, "amount": str(part)})
            left -= part
    if left > 0:
        raise ContractBroken(f"Shopify is to give back {by_shop}, and suggests {left} less for these units")
    return {**refund, "transactions": paid}
