"""The hand behind the scenery: set up the world, read its effects, make it fail, place orders. Loopback only."""

from typing import Any

from system_apis.sandbox import commerce, market, pos, shop_changes, shop_levels, stock, wms_floor, wms_stock
from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.routes import Route
from system_apis.sandbox.statement import statement
from system_apis.sandbox.world import TOKENS, World

SETTINGS = {
    "webhooks", "nodes", "skus", "tax_codes", "tokens", "ship_delay_ms", "parcels", "erp_closed_before", "shop_items",
    "serialised", "shorts", "silent_nodes",
}  # fmt: skip


def refuse(message: str) -> Refusal:
    return Refusal(400, {"error": message})


def health(world: World, asked: Asked) -> Reply:
    return Reply(200, {"status": "ok", "effects": int(world.store.get("numbers", "effects") or 0),
                       "webhooks": world.webhooks.state()})  # fmt: skip


def reset(world: World, asked: Asked) -> Reply:
    world.alarms.clear()
    world.faults.clear()
    world.store.forget_all()
    return Reply(200, {"status": "empty"})


def setup(world: World, asked: Asked) -> Reply:
    """Each setting that is named is replaced; opening stock is added to what is known."""
    body = asked.body()
    if unknown := set(body) - SETTINGS - {"stock", "replace_stock"}:
        raise refuse(f"unknown: {', '.join(sorted(unknown))}; there is {', '.join(sorted(SETTINGS))}, stock")
    if isinstance(body.get("skus"), list):
        try:
            body["skus"] = {str(row["sku"]): str(row.get("tax_code") or "standard") for row in body["skus"]}
        except (KeyError, TypeError, AttributeError) as wrong:
            raise refuse("skus is a list of {sku, tax_code}") from wrong
    for name in ("webhooks", "tokens"):
        if unknown := set(body.get(name) or {}) - set(TOKENS):
            raise refuse(f"{name} names {', '.join(sorted(unknown))}; the systems are {', '.join(TOKENS)}")
    for name in SETTINGS & set(body):
        world.store.put("setup", name, body[name])
    try:
        stock.open_with(world, body.get("stock") or [], replace=bool(body.get("replace_stock")))
    except (KeyError, ValueError, TypeError) as wrong:
        raise refuse("stock is a list of {node, sku, on_hand}") from wrong
    return Reply(200, {"set": sorted(set(body))})


def effects(world: World, asked: Asked) -> Reply:
    """The log of effects, filtered, in order. `next` is the sequence number to ask on from."""
    try:
        after, limit = int(asked.query.get("after") or 0), int(asked.query.get("limit") or 10_000)
    except ValueError as wrong:
        raise refuse("after and limit are whole numbers") from wrong
    wanted = {name: asked.query[name] for name in ("system", "operation", "subject", "key") if name in asked.query}
    found: list[dict[str, Any]] = []
    for one in world.effects(after=after):
        if len(found) < limit and all(one[name] == value for name, value in wanted.items()):
            found.append(one)
    return Reply(200, {"effects": found, "next": found[-1]["seq"] if found else after})


def add_fault(world: World, asked: Asked) -> Reply:
    try:
        return Reply(201, world.faults.add(asked.body()).shown())
    except (ValueError, TypeError) as wrong:
        raise refuse(str(wrong)) from wrong


def list_faults(world: World, asked: Asked) -> Reply:
    return Reply(200, {"faults": world.faults.all()})


def clear_faults(world: World, asked: Asked) -> Reply:
    world.faults.clear()
    return Reply(200, {"faults": []})


def levels(world: World, asked: Asked) -> Reply:
    """What the shop shows of everything it was told of."""
    return Reply(200, {"levels": dict(world.store.all(shop_levels.TABLE))})


def set_level(world: World, asked: Asked) -> Reply:
    """Somebody changes a number in the shop by hand."""
    body = asked.body()
    name = f"{body.get('location') or shop_levels.PLACE}/{body['item']}"
    world.store.put(shop_levels.TABLE, name, int(body["units"]))
    return Reply(200, {name: int(body["units"])})


def place_order(world: World, asked: Asked) -> Reply:
    return Reply(201, {"order": commerce.place_order(world, asked.body())})


def adopt_order(world: World, asked: Asked) -> Reply:
    body = asked.body()
    return Reply(201, {"order": commerce.adopt_order(world, body.get("order", body))})


def cancel_order(world: World, asked: Asked) -> Reply:
    return Reply(201, {"order": shop_changes.cancel_by_shop(world, asked.body())})


def sell_at_market(world: World, asked: Asked) -> Reply:
    return Reply(201, {"order": market.place(world, asked.body())})


def change_at_market(world: World, asked: Asked) -> Reply:
    return Reply(201, {"order": market.change(world, asked.body())})


def ring_up(world: World, asked: Asked) -> Reply:
    tickets = asked.body().get("tickets")
    if not isinstance(tickets, list):
        raise refuse("tickets is a list of {store, register, number, total_minor, currency, at}")
    return Reply(201, {"new": pos.ring_up(world, tickets)})


def resume(world: World) -> None:
    """Take up after a start what a stop interrupted: parcels not yet sent, webhooks not yet taken."""
    for made in list(world.store.all("wms.releases").values()):
        wms_floor.arm(world, made)
    world.webhooks.resume()


ROUTES = [
    Route("GET", "/_control/health", "health", health),
    Route("POST", "/_control/reset", "reset", reset),
    Route("POST", "/_control/setup", "setup", setup),
    Route("GET", "/_control/effects", "effects", effects),
    Route("GET", "/_control/statement", "statement", lambda world, asked: Reply(200, statement(world))),
    Route("POST", "/_control/faults", "add_fault", add_fault),
    Route("GET", "/_control/faults", "list_faults", list_faults),
    Route("DELETE", "/_control/faults", "clear_faults", clear_faults),
    Route("POST", "/_control/commerce/orders", "place_order", place_order),
    Route("POST", "/_control/commerce/cancellations", "cancel_order", cancel_order),
    Route("GET", "/_control/commerce/levels", "levels", levels),
    Route("POST", "/_control/commerce/levels", "set_level", set_level),
    Route("POST", "/_control/commerce/adopt", "adopt_order", adopt_order),
    Route("POST", "/_control/market/orders", "sell_at_market", sell_at_market),
    Route("POST", "/_control/market/changes", "change_at_market", change_at_market),
    Route("POST", "/_control/pos/tickets", "ring_up", ring_up),
    Route("POST", "/_control/wms/movements", "move_stock", wms_stock.move),
]
