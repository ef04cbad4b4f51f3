"""A marketplace with a feed: it sells for us, keeps the buyer's money, and is asked for what changed since a cursor.

It speaks of items and seller skus, keeps idempotency keys, and will not have more units shipped than were sold.
"""

from decimal import Decimal
from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.routes import Route, kept_by_key
from system_apis.sandbox.world import World

ORDERS = "market.orders"
PAGE = 50


def refuse(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, {"errorCode": code, "errorText": message})


def place(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """A customer buys there. `wish`: items [{sku, units, price, promotion?}], postage?, state?, address?, buyer?."""
    if wish.get("orderId") and world.store.get(ORDERS, str(wish["orderId"])):
        raise refuse(409, "ORDER_EXISTS", f"there is an order {wish['orderId']}")
    number = world.store.next_number(ORDERS)
    items = [
        {
            "itemId": f"{number}-{at}", "sellerSku": item["sku"], "name": item.get("name", item["sku"]),
            "units": int(item["units"]), "unitPrice": str(Decimal(str(item["price"]))),
            "promotion": str(Decimal(str(item.get("promotion", "0")))), "shipped": 0, "canceled": 0, "returned": 0,
        }
        for at, item in enumerate(wish["items"], start=1)
    ]  # fmt: skip
    postage = Decimal(str(wish.get("postage", "0")))
    goods = sum(Decimal(each["unitPrice"]) * each["units"] - Decimal(each["promotion"]) for each in items)
    order = {
        "orderId": str(wish.get("orderId") or f"MKT-{number:06d}"),
        "state": wish.get("state", "UNSHIPPED"),
        "purchasedAt": world.now().isoformat(),
        "currency": wish.get("currency", "EUR"),
        "items": items,
        "postage": str(postage),
        "grandTotal": str(goods + postage),
        "fraudScore": int(wish.get("fraudScore", 0)),
        "buyer": {"id": f"B{number}", "name": "Ada Winter", "mailAlias": f"b{number}@market.example",
                  **wish.get("buyer", {})},
        "deliverTo": {"recipient": "Ada Winter", "street": "Hauptstr. 1", "town": "Berlin", "postalCode": "10115",
                      "country": "DE", **wish.get("address", {})},
    }  # fmt: skip
    _keep(world, order)
    world.effect(None, system="market", operation="place_order", key=order["orderId"], reference=order["orderId"],
                 subject=order["orderId"], amount=order["grandTotal"], currency=order["currency"])  # fmt: skip
    return order


def change(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """The marketplace releases a pending order or cancels one: {"orderId": ..., "state": ...}, with "items" a part."""
    order = _order(world, str(wish.get("orderId")))
    units = wish.get("items") or {}
    if wish.get("state") == "CANCELED" and not units:
        units = {item["itemId"]: item["units"] - item["shipped"] - item["canceled"] for item in order["items"]}
    order = _count(order, "canceled", {str(name): int(count) for name, count in units.items()})
    _keep(world, {**order, "state": wish.get("state", order["state"])})
    return _order(world, order["orderId"])


def changed(world: World, asked: Asked) -> Reply:
    """Orders in the order of their last change; `cursor` is where to ask on from."""
    try:
        since = int(asked.query.get("since") or 0)
    except ValueError as wrong:
        raise refuse(400, "BAD_CURSOR", "since is a cursor that we gave you") from wrong
    rows = sorted(world.store.all(ORDERS).values(), key=lambda each: int(each["revision"]))
    page = [row for row in rows if row["revision"] > since][:PAGE]
    return Reply(200, {"orders": page, "cursor": str(page[-1]["revision"] if page else since)})


def ship(world: World, asked: Asked) -> Reply:
    order, body = _order(world, asked.named["id"]), asked.body()
    order = _count(order, "shipped", _units(body))
    whole = all(item["units"] == item["shipped"] + item["canceled"] for item in order["items"])
    _keep(world, {**order, "state": "SHIPPED" if whole else "PARTIALLY_SHIPPED"})
    return _done(world, asked, order, "ship", body)


def cancel(world: World, asked: Asked) -> Reply:
    order, body = _order(world, asked.named["id"]), asked.body()
    order = _count(order, "canceled", _units(body))
    _keep(world, {**order, "state": "CANCELED" if body.get("all") else order["state"]})
    return _done(world, asked, order, "cancel", body)


def refund(world: World, asked: Asked) -> Reply:
    order, body = _order(world, asked.named["id"]), asked.body()
    order = _count(order, "returned", _units(body))
    _keep(world, order)
    return _done(world, asked, order, "refund", body)


def _done(world: World, asked: Asked, order: dict[str, Any], operation: str, body: dict[str, Any]) -> Reply:
    receipt = f"RC-{world.store.next_number('market.receipts')}"
    world.effect(asked, system="market", operation=operation, key=asked.headers["idempotency-key"], reference=receipt,
                 subject=order["orderId"], lines=body.get("items"), amount=body.get("amount"))  # fmt: skip
    return Reply(201, {"receiptId": receipt, "orderId": order["orderId"]})


def _units(body: dict[str, Any]) -> dict[str, int]:
    items = body.get("items")
    if not isinstance(items, list):
        raise refuse(422, "NO_ITEMS", "name items and units")
    return {str(item["itemId"]): int(item["units"]) for item in items}


def _count(order: dict[str, Any], what: str, units: dict[str, int]) -> dict[str, Any]:
    """The order with so many more units shipped, canceled or returned; never more than were sold."""
    if strange := units.keys() - {item["itemId"] for item in order["items"]}:
        raise refuse(422, "UNKNOWN_ITEM", f"no item {', '.join(sorted(strange))}")
    items = [{**item, what: item[what] + units.get(item["itemId"], 0)} for item in order["items"]]
    for item in items:
        most = item["shipped"] if what == "returned" else item["units"] - item["canceled"] - item["shipped"]
        if (what == "returned" and item["returned"] > most) or (what != "returned" and most < 0):
            raise refuse(422, "TOO_MANY", f"item {item['itemId']}: more units than were sold")
    return {**order, "items": items}


def _keep(world: World, order: dict[str, Any]) -> None:
    revision = world.store.next_number("market.revisions")
    world.store.put(ORDERS, order["orderId"], {**order, "revision": revision, "changedAt": world.now().isoformat()})


def _order(world: World, name: str) -> dict[str, Any]:
    found = world.store.get(ORDERS, name)
    if found is None:
        raise refuse(404, "NO_SUCH_ORDER", f"no order {name}")
    return dict(found)


ROUTES = [
    Route("GET", "/market/orders", "changed", changed),
    Route("POST", "/market/orders/{id}/shipments", "ship", kept_by_key(ship, refuse=refuse)),
    Route("POST", "/market/orders/{id}/cancellations", "cancel", kept_by_key(cancel, refuse=refuse)),
    Route("POST", "/market/orders/{id}/refunds", "refund", kept_by_key(refund, refuse=refuse)),
]
