"""The web shop's other face: the two calls of Shopify's Admin GraphQL API that tell a shop what became of an order.

It keeps no idempotency keys: a fulfilment asked for twice is made twice, as long as there is something left to ship.
Known by its calls, not by their text: whatever fields a query selects, the whole answer comes. Shapes are those of
shopify.dev, "GraphQL Admin API" 2026-01: Order, FulfillmentOrder, fulfillmentCreate, "Rate limits".
"""

from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply, Route
from system_apis.sandbox.commerce import TooMany, left_to_ship, ship
from system_apis.sandbox.world import World

PATH = "/admin/api/{version}/graphql.json"
COST = 12
OUT_OF = {"maximumAvailable": 2000.0, "currentlyAvailable": 2000.0 - COST, "restoreRate": 100.0}


def order_to_fulfil(world: World, asked: Asked) -> Reply:
    """`order(id:)` with its fulfilments and what is open; null for an order the shop has never had, as Shopify does."""
    query, variables = _call(asked)
    if "order(id:" not in query.replace(" ", ""):
        raise _errors("undefinedField", "This shop answers order(id:) and fulfillmentCreate, and nothing else.")
    order = world.store.get("commerce.orders", _bare(variables.get("id"), "Order"))
    return _data({"order": _order(world, order) if order else None})


def fulfillment_create(world: World, asked: Asked) -> Reply:
    """`fulfillmentCreate`: what cannot be is a userError under status 200, and nothing is made."""
    _, variables = _call(asked)
    wish = variables.get("fulfillment")
    if not isinstance(wish, dict) or not isinstance(wish.get("lineItemsByFulfillmentOrder"), list):
        raise _errors("INVALID_VARIABLE", "Variable $fulfillment of type FulfillmentInput! was provided invalid value")
    wanted = wish["lineItemsByFulfillmentOrder"]
    names = {_bare(one.get("fulfillmentOrderId"), "FulfillmentOrder") for one in wanted}
    order = world.store.get("commerce.orders", names.pop()) if len(names) == 1 else None
    if order is None:
        return _refused(["fulfillment"], "Fulfillment order does not exist.")
    lines = [
        {"id": int(_bare(item["id"], "FulfillmentOrderLineItem")), "quantity": item["quantity"]}
        for one in wanted
        for item in one.get("fulfillmentOrderLineItems") or _everything(world, order)
    ]
    tracking = wish.get("trackingInfo") or {}
    try:
        # The parcel's own name is the key: told of twice, it shows among the doubled effects.
        made = ship(world, asked, order, lines, tracking=tracking, key=str(tracking.get("number") or order["id"]))
    except TooMany as wrong:
        return _refused(["fulfillment", "lineItemsByFulfillmentOrder"], f"Invalid fulfillment order line item: {wrong}")
    return _data({"fulfillmentCreate": {"fulfillment": _fulfilment(made), "userErrors": []}})


def _order(world: World, order: dict[str, Any]) -> dict[str, Any]:
    made = [each for each in world.store.all("commerce.fulfillments").values() if each["order_id"] == order["id"]]
    left = left_to_ship(world, order)
    state = "OPEN" if not made else "IN_PROGRESS" if any(left.values()) else "CLOSED"
    return {
        "id": f"gid://shopify/Order/{order['id']}",
        "name": order.get("name"),
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


def _call(asked: Asked) -> tuple[str, dict[str, Any]]:
    body = asked.body()
    return str(body.get("query") or ""), body.get("variables") or {}


def _bare(gid: Any, kind: str) -> str:
    """The number in a global id of this kind; nothing for any other id."""
    start = f"gid://shopify/{kind}/"
    return str(gid).removeprefix(start) if str(gid).startswith(start) else ""


def _refused(field: list[str], message: str) -> Reply:
    return _data({"fulfillmentCreate": {"fulfillment": None, "userErrors": [{"field": field, "message": message}]}})


def _errors(code: str, message: str) -> Refusal:
    return Refusal(200, {"errors": [{"message": message, "extensions": {"code": code}}]})


def _data(data: dict[str, Any]) -> Reply:
    cost = {"requestedQueryCost": COST, "actualQueryCost": COST, "throttleStatus": OUT_OF}
    return Reply(200, {"data": data, "extensions": {"cost": cost}})


ROUTES = [
    Route("POST", PATH, "fulfil", fulfillment_create, of="commerce", about=b"fulfillmentCreate"),
    Route("POST", PATH, "order_to_fulfil", order_to_fulfil, of="commerce"),
]
