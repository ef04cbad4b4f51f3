"""The web shop, in the manner of Shopify's REST admin: orders placed by control, fulfilments told by us.

Keeps idempotency keys. It will not have more units shipped than were bought.
"""

from collections import Counter
from typing import Any

from system_apis.sandbox import shop_levels
from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.routes import Route, kept_by_key
from system_apis.sandbox.shop_orders import write_order
from system_apis.sandbox.tax_rates import NoRate
from system_apis.sandbox.world import World


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
    shop_levels.sell(world, order)
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


def adopt_order(world: World, order: dict[str, Any]) -> dict[str, Any]:
    """Know an order whose webhook somebody sends by hand; nothing is sent. The same one again changes nothing."""
    if not isinstance(order.get("id"), int | str) or not isinstance(order.get("line_items"), list):
        raise refuse(422, "order", "send the full order as its webhook carries it, with id and line_items")
    name = str(order["id"])
    if world.store.get("commerce.orders", name) is None:
        world.store.put("commerce.orders", name, order)
        world.store.put("commerce.adopted", name, True)
    return dict(world.store.get("commerce.orders", name))


def get_order(world: World, asked: Asked) -> Reply:
    return Reply(200, {"order": order_of(world, asked)})


def order_of(world: World, asked: Asked) -> dict[str, Any]:
    found = world.store.get("commerce.orders", asked.named["id"])
    if found is None:
        raise Refusal(404, {"errors": "Not Found"})
    return dict(found)


def fulfil(world: World, asked: Asked) -> Reply:
    order, wish = order_of(world, asked), asked.body().get("fulfillment")
    if not isinstance(wish, dict) or not isinstance(wish.get("line_items"), list) or not wish["line_items"]:
        raise refuse(422, "fulfillment", "line_items must name at least one line")
    try:
        made = ship(
            world, asked, order, wish["line_items"], tracking=wish.get("tracking_info") or {},
            key=asked.headers["idempotency-key"],
        )  # fmt: skip
    except TooMany as wrong:
        raise refuse(422, "line_items", str(wrong)) from wrong
    return Reply(201, {"fulfillment": made})


class TooMany(Exception):
    """More units would be shipped than were bought."""


def left_to_ship(world: World, order: dict[str, Any]) -> dict[str, int]:
    """How many units of each line are still to go, by line id."""
    shipped = world.store.get("commerce.shipped", str(order["id"])) or {}
    bought = {
        str(line["id"]): int(line.get("current_quantity", line["quantity"])) for line in order.get("line_items", [])
    }
    return {name: units - shipped.get(name, 0) for name, units in bought.items()}


def ship(
    world: World,
    asked: Asked,
    order: dict[str, Any],
    lines: list[dict[str, Any]],
    *,
    tracking: dict[str, Any],
    key: str,
) -> dict[str, Any]:
    """Make a fulfilment of lines {id, quantity}, whichever way it was asked for. Raises TooMany."""
    name = str(order["id"])
    shipped, left = Counter(world.store.get("commerce.shipped", name) or {}), left_to_ship(world, order)
    for line in lines:
        line_id, units = str(line.get("id")), int(line.get("quantity") or 0)
        if units > left.get(line_id, 0):
            raise TooMany(f"line {line_id}: {units} to ship, {left.get(line_id, 0)} left of what was bought")
        shipped[line_id] += units
        left[line_id] -= units
    number = world.store.next_number("commerce.fulfillments")
    made = {
        "id": 4_000_000_000 + number, "order_id": order["id"], "status": "success",
        "name": f"{order.get('name')}.F{number}", "created_at": world.now().isoformat(),
        "tracking_number": tracking.get("number"), "tracking_company": tracking.get("company"), "line_items": lines,
    }  # fmt: skip
    world.store.put("commerce.shipped", name, dict(shipped))
    world.store.put("commerce.fulfillments", str(made["id"]), made)
    state = "partial" if any(left.values()) else "fulfilled"
    world.store.put("commerce.orders", name, {**order, "fulfillment_status": state})
    world.effect(
        asked,
        system="commerce",
        operation="fulfil",
        key=key,
        reference=str(made["id"]),
        subject=str(order.get("name", "")),
        lines=lines,
    )
    return made


def fulfillments(world: World, asked: Asked) -> Reply:
    found = [
        one for one in world.store.all("commerce.fulfillments").values() if str(one["order_id"]) == asked.named["id"]
    ]
    return Reply(200, {"fulfillments": found})


ROUTES = [
    *shop_levels.ROUTES,
    Route("GET", "/commerce/orders/{id}", "get_order", get_order),
    Route("POST", "/commerce/orders/{id}/fulfillments", "fulfil", kept_by_key(fulfil, refuse=refuse)),
    Route("GET", "/commerce/orders/{id}/fulfillments", "fulfillments", fulfillments),
]
