"""Changes of orders at the pretend shop: it cancels or edits one and says so, or is told that units will not come."""

from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.commerce import left_to_ship, order_of, refuse
from system_apis.sandbox.routes import Route, kept_by_key
from system_apis.sandbox.world import World


def cancel(world: World, asked: Asked) -> Reply:
    """Units that will not come, told by us: off the order, and given back what was taken for them."""
    order, body = order_of(world, asked), asked.body()
    wanted = body.get("line_items")
    if not isinstance(wanted, list):
        raise refuse(422, "line_items", "name the lines and how many units of each")
    left = left_to_ship(world, order)
    units = {str(line.get("id")): int(line.get("quantity") or 0) for line in wanted}
    if any(count < 0 or count > left.get(name, 0) for name, count in units.items()):
        raise refuse(422, "line_items", "more units than are still to be shipped")
    number = world.store.next_number("commerce.cancellations")
    made = {"id": 3_000_000_000 + number, "order_id": order["id"], "line_items": wanted, "whole": body.get("whole")}
    take_off(world, order, units, whole=bool(body.get("whole")))
    world.effect(
        asked,
        system="commerce",
        operation="cancel",
        key=asked.headers["idempotency-key"],
        reference=str(made["id"]),
        subject=str(order.get("name", "")),
        lines=wanted,
    )
    return Reply(201, {"cancellation": made})


def cancel_by_shop(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """The shop or its customer cancels: `wish` is {"id": …}, with "lines" {line id: units} for a part; it tells us."""
    order = world.store.get("commerce.orders", str(wish.get("id")))
    if order is None:
        raise Refusal(404, {"errors": "Not Found"})
    lines, whole = wish.get("lines") or {}, not wish.get("lines")
    units = left_to_ship(world, order) if whole else {str(name): int(count) for name, count in lines.items()}
    order = take_off(world, order, units, whole=whole)
    number = world.store.next_number("commerce.changes")
    topic = "orders/cancelled" if whole else "orders/updated"
    event_id, body = f"shop-change-{order['id']}-{number}", Reply(200, order).encoded().decode()
    world.effect(
        None, system="commerce", operation="cancel_by_shop", key=event_id, reference=str(order["id"]),
        subject=str(order.get("name", "")),
    )  # fmt: skip
    world.webhooks.add(system="commerce", topic=topic, event_id=event_id, body=body)
    return dict(order)


def take_off(world: World, order: dict[str, Any], units: dict[str, int], *, whole: bool) -> dict[str, Any]:
    """The order with fewer units in `current_quantity`, as Shopify shows what remains."""
    lines = [
        {**line, "current_quantity": line.get("current_quantity", line["quantity"]) - units.get(str(line["id"]), 0)}
        for line in order["line_items"]
    ]
    at = world.now().isoformat()
    order = {**order, "line_items": lines, "updated_at": at, "cancelled_at": at if whole else order.get("cancelled_at")}
    world.store.put("commerce.orders", str(order["id"]), order)
    return order


ROUTES = [Route("POST", "/commerce/orders/{id}/cancel", "cancel", kept_by_key(cancel, refuse=refuse))]
