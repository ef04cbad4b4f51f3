"""The web shop's other face: the calls of Shopify's Admin GraphQL API that tell a shop what became of an order,
and how many it may sell.

Only for stock it keeps idempotency keys: a fulfilment asked for twice is made twice, as long as there is something
left to ship. Known by its calls, not by their text: whatever fields a query selects, the whole answer comes. Shapes
are those of shopify.dev, "GraphQL Admin API" 2026-01: Order, FulfillmentOrder, fulfillmentCreate,
inventorySetQuantities, "Rate limits".
"""

from typing import Any

from system_apis.sandbox import shop_levels, shopify_cancelling
from system_apis.sandbox.asked import Asked, Reply
from system_apis.sandbox.commerce import TooMany, left_to_ship, ship
from system_apis.sandbox.routes import Route
from system_apis.sandbox.shopify_protocol import PATH, bare, call, data, errors, user_errors
from system_apis.sandbox.world import World


def order_to_fulfil(world: World, asked: Asked) -> Reply:
    """`order(id:)` with its fulfilments and what is open; null for an order the shop has never had, as Shopify does."""
    query, variables = call(asked)
    if "order(id:" not in query.replace(" ", ""):
        raise errors("undefinedField", "This shop answers order(id:) and fulfillmentCreate, and nothing else.")
    order = world.store.get("commerce.orders", bare(variables.get("id"), "Order"))
    return data({"order": _order(world, order) if order else None})


def fulfillment_create(world: World, asked: Asked) -> Reply:
    """`fulfillmentCreate`: what cannot be is a userError under status 200, and nothing is made."""
    _, variables = call(asked)
    wish = variables.get("fulfillment")
    if not isinstance(wish, dict) or not isinstance(wish.get("lineItemsByFulfillmentOrder"), list):
        raise errors("INVALID_VARIABLE", "Variable $fulfillment of type FulfillmentInput! was provided invalid value")
    wanted = wish["lineItemsByFulfillmentOrder"]
    names = {bare(one.get("fulfillmentOrderId"), "FulfillmentOrder") for one in wanted}
    order = world.store.get("commerce.orders", names.pop()) if len(names) == 1 else None
    if order is None:
        return _refused(["fulfillment"], "Fulfillment order does not exist.")
    lines = [
        {"id": int(bare(item["id"], "FulfillmentOrderLineItem")), "quantity": item["quantity"]}
        for one in wanted
        for item in one.get("fulfillmentOrderLineItems") or _everything(world, order)
    ]
    tracking = wish.get("trackingInfo") or {}
    try:
        # The parcel's own name is the key: told of twice, it shows among the doubled effects.
        made = ship(world, asked, order, lines, tracking=tracking, key=str(tracking.get("number") or order["id"]))
    except TooMany as wrong:
        return _refused(["fulfillment", "lineItemsByFulfillmentOrder"], f"Invalid fulfillment order line item: {wrong}")
    return data({"fulfillmentCreate": {"fulfillment": _fulfilment(made), "userErrors": []}})


def _order(world: World, order: dict[str, Any]) -> dict[str, Any]:
    made = [each for each in world.store.all("commerce.fulfillments").values() if each["order_id"] == order["id"]]
    left = left_to_ship(world, order)
    state = "OPEN" if not made else "IN_PROGRESS" if any(left.values()) else "CLOSED"
    return {
        "id": f"gid://shopify/Order/{order['id']}",
        "name": order.get("name"),
        "cancelledAt": order.get("cancelled_at"),
        "refunds": shopify_cancelling.refunds_of(world, order),
        "fulfillments": [_fulfilment(each) for each in made],
        "fulfillmentOrders": {
            "nodes": [
                {
                    "id": f"gid://shopify/FulfillmentOrder/{order['id']}",
                    "status": state,
                    "lineItems": {"nodes": [_open_line(name, units) for name, units in left.items()]},
                }
            ]
        },
    }


def _open_line(name: str, units: int) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/FulfillmentOrderLineItem/{name}",
        "remainingQuantity": units,
        "lineItem": {"id": f"gid://shopify/LineItem/{name}"},
    }


def _everything(world: World, order: dict[str, Any]) -> list[dict[str, Any]]:
    """A fulfilment order named without lines is fulfilled whole."""
    return [
        _open_line(name, units) | {"quantity": units} for name, units in left_to_ship(world, order).items() if units
    ]


def _fulfilment(made: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Fulfillment/{made['id']}",
        "name": made["name"],
        "status": made["status"].upper(),
        "trackingInfo": [{"number": made["tracking_number"], "company": made["tracking_company"]}],
    }


def _refused(field: list[str], message: str) -> Reply:
    return data({"fulfillmentCreate": {"fulfillment": None, "userErrors": user_errors(field, message)}})


def set_stock(world: World, asked: Asked) -> Reply:
    """`inventorySetQuantities`: all or none, and under one @idempotent key once."""
    query, variables = call(asked)
    key, wish = str(variables.get("key") or ""), variables.get("input")
    if "@idempotent" in query and not key.strip():
        raise errors("INVALID_VARIABLE", "Variable $key of type String! was provided invalid value")
    if not isinstance(wish, dict) or not isinstance(wish.get("quantities"), list):
        raise errors("INVALID_VARIABLE", "Variable $input of type InventorySetQuantitiesInput! is invalid")
    if len(wish["quantities"]) > shop_levels.MOST:
        raise errors("MAX_INPUT_SIZE_EXCEEDED", f"The input array size is greater than the maximum {shop_levels.MOST}")
    kept = world.store.get("commerce.stock_keys", key) if key else None
    if kept and kept["of"] != wish:
        return _stock_set([_wrong("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", ["input"])])
    if kept:
        return _stock_set(kept["errors"])
    found, changes = _looked_through(world, wish)
    if not found:
        shop_levels.show(world, asked, changes, key=key)
    if key:
        world.store.put("commerce.stock_keys", key, {"of": wish, "errors": found})
    return _stock_set(found)


def _looked_through(world: World, wish: dict[str, Any]) -> tuple[list[dict[str, Any]], list[tuple[str, str, int]]]:
    """What is wrong with each quantity, and what there is to change."""
    if wish.get("name") != "available":
        return [_wrong("INVALID_NAME", ["input", "name"])], []
    wrong, changes, seen = [], [], set()
    for at, row in enumerate(wish["quantities"]):
        path = ["input", "quantities", str(at)]
        place, item = bare(row.get("locationId"), "Location"), bare(row.get("inventoryItemId"), "InventoryItem")
        standing, units = shop_levels.shown(world, place, item), int(row["quantity"])
        if not place:
            wrong.append(_wrong("INVALID_LOCATION", [*path, "locationId"]))
        elif not item or standing is None:
            wrong.append(_wrong("INVALID_INVENTORY_ITEM", [*path, "inventoryItemId"]))
        elif (place, item) in seen:
            wrong.append(_wrong("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", path))
        elif units < 0:
            wrong.append(_wrong("INVALID_QUANTITY_NEGATIVE", [*path, "quantity"]))
        elif "changeFromQuantity" not in row:
            wrong.append(_wrong("COMPARE_QUANTITY_REQUIRED", path))
        elif row["changeFromQuantity"] not in (None, standing):
            wrong.append(_wrong("CHANGE_FROM_QUANTITY_STALE", [*path, "changeFromQuantity"]))
        seen.add((place, item))
        changes.append((place, item, units))
    return wrong, changes


def stock_shown(world: World, asked: Asked) -> Reply:
    """`nodes(ids:)` of inventory items with their level at one location; null for an item there is not."""
    _, variables = call(asked)
    ids, place = variables.get("items"), bare(variables.get("location"), "Location")
    if not isinstance(ids, list):
        raise errors("INVALID_VARIABLE", "Variable $items of type [ID!]! was provided invalid value")
    found = [(gid, shop_levels.shown(world, place, bare(gid, "InventoryItem"))) for gid in ids]
    return data({"nodes": [None if units is None else _item(gid, units) for gid, units in found]})


def _item(gid: str, units: int) -> dict[str, Any]:
    return {"id": gid, "inventoryLevel": {"quantities": [{"name": "available", "quantity": units}]}}


def _wrong(code: str, path: list[str]) -> dict[str, Any]:
    return {"code": code, "field": path, "message": code.replace("_", " ").capitalize()}


def _stock_set(wrong: list[dict[str, Any]]) -> Reply:
    group = None if wrong else {"id": "gid://shopify/InventoryAdjustmentGroup/1"}
    return data({"inventorySetQuantities": {"inventoryAdjustmentGroup": group, "userErrors": wrong}})


ROUTES = [
    Route("POST", PATH, "set_stock", set_stock, of="commerce", about=b"inventorySetQuantities"),
    Route("POST", PATH, "read_stock", stock_shown, of="commerce", about=b"inventoryLevel"),
    *shopify_cancelling.ROUTES,
    Route("POST", PATH, "fulfil", fulfillment_create, of="commerce", about=b"fulfillmentCreate"),
    Route("POST", PATH, "order_to_fulfil", order_to_fulfil, of="commerce"),
]
