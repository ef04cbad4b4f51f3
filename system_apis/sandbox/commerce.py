"""The web shop, in the manner of Shopify's REST admin: orders placed by control, fulfilments told by us.

Keeps idempotency keys. It will not have more units shipped than were bought.
"""

from collections import Counter
from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply, Route
from system_apis.sandbox.shop_orders import write_order
from system_apis.sandbox.tax_rates import NoRate
from system_apis.sandbox.world import World, kept_by_key


def refuse(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, {"errors": {code: [message]}})


def place_order(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """A customer buys: keep the order and send its webhook. `wish` is a short order, or {"order": a full one}."""
    number = world.store.next_number("commerce.orders")
    try:
        order = wish["order"] if "order" in wish else write_order(world, wish, number=number)
        name = str(order["id"])
    except (KeyError, ValueError, TypeError, ArithmeticError, NoRate) as wrong:
        raise refuse(422, "order", f"{type(wrong).__name__}: {wrong}") from wrong
    world.store.put("commerce.orders", name, order)
    world.effect(
        None,
        system="commerce",
        operation="place_order",
        key=name,
        reference=name,
        subject=str(order.get("name", "")),
        amount=order.get("total_price"),
        currency=order.get("currency"),
    )
    world.webhooks.add(
        system="commerce",
        topic="orders/create",
        event_id=f"shop-order-{name}",
        body=Reply(200, order).encoded().decode(),
    )
    return dict(order)


def get_order(world: World, asked: Asked) -> Reply:
    return Reply(200, {"order": _order(world, asked)})


def _order(world: World, asked: Asked) -> dict[str, Any]:
    found = world.store.get("commerce.orders", asked.named["id"])
    if found is None:
        raise Refusal(404, {"errors": "Not Found"})
    return dict(found)


def fulfil(world: World, asked: Asked) -> Reply:
    order, wish = _order(world, asked), asked.body().get("fulfillment")
    if not isinstance(wish, dict) or not isinstance(wish.get("line_items"), list) or not wish["line_items"]:
        raise refuse(422, "fulfillment", "line_items must name at least one line")
    shipped = Counter(world.store.get("commerce.shipped", asked.named["id"]) or {})
    bought = {str(line["id"]): int(line["quantity"]) for line in order.get("line_items", [])}
    for line in wish["line_items"]:
        name = str(line.get("id"))
        shipped[name] += int(line.get("quantity") or 0)
        if shipped[name] > bought.get(name, 0):
            raise refuse(422, "line_items", f"line {name}: {shipped[name]} shipped of {bought.get(name, 0)} bought")
    number = world.store.next_number("commerce.fulfillments")
    tracking = wish.get("tracking_info") or {}
    made = {
        "id": 4_000_000_000 + number, "order_id": order["id"], "status": "success",
        "name": f"{order.get('name')}.F{number}", "created_at": world.now().isoformat(),
        "tracking_number": tracking.get("number"), "tracking_company": tracking.get("company"),
        "line_items": wish["line_items"],
    }  # fmt: skip
    world.store.put("commerce.shipped", asked.named["id"], dict(shipped))
    world.store.put("commerce.fulfillments", str(made["id"]), made)
    state = "fulfilled" if all(shipped[name] == units for name, units in bought.items()) else "partial"
    world.store.put("commerce.orders", asked.named["id"], {**order, "fulfillment_status": state})
    world.effect(
        asked,
        system="commerce",
        operation="fulfil",
        key=asked.headers["idempotency-key"],
        reference=str(made["id"]),
        subject=str(order.get("name", "")),
        lines=wish["line_items"],
    )
    return Reply(201, {"fulfillment": made})


def fulfillments(world: World, asked: Asked) -> Reply:
    found = [
        one for one in world.store.all("commerce.fulfillments").values() if str(one["order_id"]) == asked.named["id"]
    ]
    return Reply(200, {"fulfillments": found})


ROUTES = [
    Route("GET", "/commerce/orders/{id}", "get_order", get_order),
    Route("POST", "/commerce/orders/{id}/fulfillments", "fulfil", kept_by_key(fulfil, refuse=refuse)),
    Route("GET", "/commerce/orders/{id}/fulfillments", "fulfillments", fulfillments),
]
