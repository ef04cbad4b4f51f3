"""The calls of Shopify's Admin GraphQL API that cancel an order, or refund units of it (orderCancel, refundCreate).

It cancels only an order of which nothing has left, and pays back only what a refund's transactions name: without any,
the units come off the order and no money moves. An @idempotent key is kept.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from system_apis.sandbox.asked import Asked, Reply
from system_apis.sandbox.commerce import left_to_ship
from system_apis.sandbox.routes import Route
from system_apis.sandbox.shop_changes import take_off
from system_apis.sandbox.shop_refunds import TooManyBack, give_back
from system_apis.sandbox.shopify_protocol import PATH, bare, call, data, errors, user_errors
from system_apis.sandbox.world import World

REASONS = frozenset({"CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "STAFF", "OTHER"})


def order_cancel(world: World, asked: Asked) -> Reply:
    """`orderCancel`: all of an order that nothing has left of, once. A job does it; here it is done at once."""
    _, variables = call(asked)
    if variables.get("reason") not in REASONS:
        raise errors("INVALID_VARIABLE", "Variable $reason of type OrderCancelReason! was provided invalid value")
    order = world.store.get("commerce.orders", bare(variables.get("orderId"), "Order"))
    if order is None:
        return _cancelled(None, user_errors(["orderId"], "Order does not exist."))
    if order.get("cancelled_at"):
        return _cancelled(None, user_errors(["orderId"], "Order has already been cancelled."))
    if any((world.store.get("commerce.shipped", str(order["id"])) or {}).values()):
        return _cancelled(None, user_errors(["orderId"], "Order has fulfillments that cannot be cancelled."))
    take_off(world, order, left_to_ship(world, order), whole=True)
    job = f"gid://shopify/Job/{world.store.next_number('commerce.jobs')}"
    _effect(world, asked, order, key=f"cancel-{order['id']}", reference=job, amount=None)
    return _cancelled(job, [])


def suggested_refund(world: World, asked: Asked) -> Reply:
    """`order(id:)` with `suggestedRefund`: what would be paid back for units, and of which payment."""
    _, variables = call(asked)
    order = world.store.get("commerce.orders", bare(variables.get("id"), "Order"))
    if order is None:
        return data({"order": None})
    amount = _worth(order, variables.get("lines") or [])
    paid = [_transaction(order, amount)] if amount and order.get("financial_status") == "paid" else []
    gid = f"gid://shopify/Order/{order['id']}"
    return data({"order": {"id": gid, "suggestedRefund": {"suggestedTransactions": paid}}})


def refund_create(world: World, asked: Asked) -> Reply:
    """`refundCreate`: units off the order, and what the transactions say paid back."""
    query, variables = call(asked)
    wish, key = variables.get("input"), str(variables.get("key") or "")
    if not isinstance(wish, dict) or not isinstance(wish.get("refundLineItems"), list):
        raise errors("INVALID_VARIABLE", "Variable $input of type RefundInput! was provided invalid value")
    if "@idempotent" in query and not key:
        raise errors("INVALID_VARIABLE", "Variable $key of type String! was provided invalid value")
    if kept := world.store.get("commerce.refund_keys", key) if key else None:
        return _refunded(kept, [])
    order = world.store.get("commerce.orders", bare(wish.get("orderId"), "Order"))
    if order is None:
        return _refunded(None, user_errors(["orderId"], "Order does not exist"))
    units = {bare(each.get("lineItemId"), "LineItem"): int(each["quantity"]) for each in wish["refundLineItems"]}
    if str(wish.get("note")).startswith("return "):  # what was sent and came back
        return _returned(world, asked, order, units, wish, key=key)
    left = left_to_ship(world, order)
    if any(not 0 < count <= left.get(name, 0) for name, count in units.items()):
        return _refunded(None, user_errors(["refundLineItems"], "Quantity cannot be more than what is left"))
    back = sum((Decimal(str(each["amount"])) for each in wish.get("transactions") or []), Decimal(0))
    if back > _worth(order, wish["refundLineItems"]) or (back and order.get("financial_status") != "paid"):
        return _refunded(None, user_errors(["transactions"], "Refund amount is greater than the amount paid"))
    take_off(world, order, units, whole=False)
    made = {
        "id": f"gid://shopify/Refund/{world.store.next_number('commerce.refunds')}",
        "note": wish.get("note"), "order_id": order["id"], "amount": str(back),
    }  # fmt: skip
    world.store.put("commerce.refunds", made["id"], made)
    if key:
        world.store.put("commerce.refund_keys", key, made)
    _effect(world, asked, order, key=key or str(wish.get("note")), reference=made["id"], amount=str(back))
    return _refunded(made, [])


def _returned(
    world: World, asked: Asked, order: dict[str, Any], units: dict[str, int], wish: dict[str, Any], *, key: str
) -> Reply:
    amount = sum((Decimal(str(each["amount"])) for each in wish.get("transactions") or []), Decimal(0))
    try:
        made = give_back(world, asked, order, units, amount=str(amount), note=str(wish["note"]), key=key)
    except TooManyBack as wrong:
        return _refunded(None, user_errors(["refundLineItems"], str(wrong)))
    if key:
        world.store.put("commerce.refund_keys", key, made)
    return _refunded(made, [])


def refunds_of(world: World, order: dict[str, Any]) -> list[dict[str, Any]]:
    """The refunds of an order as its query shows them."""
    made = [each for each in world.store.all("commerce.refunds").values() if each["order_id"] == order["id"]]
    return [{"id": each["id"], "note": each["note"]} for each in made]


def _worth(order: dict[str, Any], lines: list[dict[str, Any]]) -> Decimal:
    """What units of an order cost, with their share of discount and tax."""
    wanted = {bare(each.get("lineItemId"), "LineItem"): int(each["quantity"]) for each in lines}
    worth = Decimal(0)
    for line in order["line_items"]:
        units = wanted.get(str(line["id"]), 0)
        whole = Decimal(line["price"]) * line["quantity"]
        whole -= sum((Decimal(part["amount"]) for part in line["discount_allocations"]), Decimal(0))
        if not order["taxes_included"]:
            whole += sum((Decimal(tax["price"]) for tax in line["tax_lines"]), Decimal(0))
        worth += (whole * units / line["quantity"]).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return worth


def _transaction(order: dict[str, Any], amount: Decimal) -> dict[str, Any]:
    return {
        "gateway": (order.get("payment_gateway_names") or ["manual"])[0],
        "amountSet": {"presentmentMoney": {"amount": str(amount), "currencyCode": order["currency"]}},
        "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{order['id']}"},
    }


def _effect(world: World, asked: Asked, order: dict[str, Any], *, key: str, reference: str, amount: str | None) -> None:
    world.effect(
        asked, system="commerce", operation="cancel", key=key, reference=reference,
        subject=str(order.get("name", "")), amount=amount, currency=order.get("currency"),
    )  # fmt: skip


def _cancelled(job: str | None, wrong: list[dict[str, Any]]) -> Reply:
    return data({"orderCancel": {"job": {"id": job} if job else None, "userErrors": wrong}})


def _refunded(made: dict[str, Any] | None, wrong: list[dict[str, Any]]) -> Reply:
    refund = {"id": made["id"], "note": made["note"]} if made else None
    return data({"refundCreate": {"refund": refund, "userErrors": wrong}})


ROUTES = [
    Route("POST", PATH, "cancel", order_cancel, of="commerce", about=b"orderCancel("),
    Route("POST", PATH, "refund", refund_create, of="commerce", about=b'"return '),
    Route("POST", PATH, "cancel", refund_create, of="commerce", about=b"refundCreate"),
    Route("POST", PATH, "suggested_refund", suggested_refund, of="commerce", about=b"suggestedRefund"),
]
