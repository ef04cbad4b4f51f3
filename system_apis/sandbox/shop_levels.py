"""How many of each thing the web shop says it has: levels by place, set by us, lowered by each order it takes.

Two faces stand on this: plain REST below, by sku, each level for itself; and Shopify's, by inventory item, all or none.
"""

from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.routes import Route
from system_apis.sandbox.world import World

TABLE, PLACE, MOST = "commerce.levels", "main", 250


def shown(world: World, place: str, item: str) -> int | None:
    """What the shop shows; None for what it does not sell: `setup` may name its `shop_items`, otherwise all are."""
    known = world.setting("shop_items")
    if known is not None and item not in known:
        return None
    return int(world.store.get(TABLE, f"{place}/{item}") or 0)


def show(world: World, asked: Asked | None, changes: list[tuple[str, str, int]], *, key: str) -> None:
    """Show new numbers of (place, item), and log it: one effect for all of one call."""
    told = [[place, item, shown(world, place, item), units] for place, item, units in changes]
    for place, item, units in changes:
        world.store.put(TABLE, f"{place}/{item}", units)
    world.effect(asked, system="commerce", operation="set_stock", key=key, reference=key, subject="", levels=told)


def sell(world: World, order: dict[str, Any]) -> None:
    """A customer has bought: the shop counts down by itself what it shows, before we hear of it."""
    for line in order.get("line_items", []):
        name = f"{PLACE}/{line.get('sku')}"
        standing = world.store.get(TABLE, name)
        if standing is not None:
            world.store.put(TABLE, name, int(standing) - int(line.get("quantity") or 0))


def refuse(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, {"errors": {code: [message]}})


def set_levels(world: World, asked: Asked) -> Reply:
    """Set levels one by one; one that shows another number than the caller expected stays as it is.

    No keys are kept: what shows the wanted number already is left alone, so a repeat changes nothing.
    """
    body = asked.body()
    place, rows = str(body.get("location") or PLACE), body.get("levels")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
        raise refuse(422, "levels", f"send 1 to {MOST} levels")
    answers, changes = [], []
    for row in rows:
        sku, units, expected = (row.get(name) for name in ("sku", "available", "expected"))
        if not isinstance(sku, str) or not isinstance(units, int):
            raise refuse(422, "levels", "a level is {sku, available, expected}")
        standing = shown(world, place, sku)
        other = expected not in (None, standing) and standing != units
        state = "unknown" if standing is None else "stale" if other else "shown"
        if state == "shown" and standing != units:
            changes.append((place, sku, units))
        answers.append({"sku": sku, "state": state, "available": units if state == "shown" else standing})
    if changes:
        show(world, asked, changes, key=asked.headers.get("idempotency-key", ""))
    return Reply(200, {"levels": answers})


def query_levels(world: World, asked: Asked) -> Reply:
    body = asked.body()
    place, skus = str(body.get("location") or PLACE), body.get("skus")
    if not isinstance(skus, list) or not 1 <= len(skus) <= MOST:
        raise refuse(422, "skus", f"name 1 to {MOST} skus")
    found = [(str(sku), shown(world, place, str(sku))) for sku in skus]
    return Reply(200, {"levels": [_shown(sku, units) for sku, units in found]})


def _shown(sku: str, units: int | None) -> dict[str, Any]:
    return {"sku": sku, "state": "unknown" if units is None else "shown", "available": units}


ROUTES = [
    Route("POST", "/commerce/inventory_levels/set", "set_stock", set_levels),
    Route("POST", "/commerce/inventory_levels/query", "read_stock", query_levels),
]
