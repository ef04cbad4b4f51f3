"""The warehouse system, snake_case throughout: takes releases, picks by itself, and tells of each parcel.

It knows no idempotency keys: a release sent twice is picked and shipped twice.
"""

import hashlib
from typing import Any

from system_apis.sandbox import stock
from system_apis.sandbox import wms_floor as floor
from system_apis.sandbox.asked import Asked, Refusal, Reply, need
from system_apis.sandbox.routes import Route
from system_apis.sandbox.world import World


def refuse(status: int, code: str, detail: str) -> Refusal:
    return Refusal(status, {"code": code, "detail": detail})


def _field(name: str) -> Refusal:
    return refuse(400, "bad_field", f"{name} is missing or is not what it should be")


def release(world: World, asked: Asked) -> Reply:
    body = asked.body()
    order, node = need(body, "order_no", str, _field), need(body, "node", str, _field)
    lines = [
        {
            "line_ref": need(line, "line_ref", str, _field),
            "sku": need(line, "sku", str, _field),
            "qty": need(line, "qty", int, _field),
        }
        for line in need(body, "lines", list, _field)
    ]
    if any(line["qty"] < 1 for line in lines):
        raise _field("qty")
    nodes, skus = world.setting("nodes"), world.setting("skus")
    if nodes is not None and node not in nodes:
        raise refuse(422, "unknown_node", f"there is no node {node}")
    if skus is not None and (strange := [line["sku"] for line in lines if line["sku"] not in skus]):
        raise refuse(422, "unknown_sku", f"there is no sku {', '.join(strange)}")
    name = f"REL{world.store.next_number('wms.releases'):07d}"
    seed = hashlib.sha256(f"{order}|{node}".encode()).digest()
    found, missing = floor.picked(world, order, node, lines)
    made = {
        "release_id": name,
        "client_ref": body.get("client_ref", ""),
        "order_no": order,
        "node": node,
        "lines": lines,
        "ship_to": body.get("ship_to"),
        "state": "released",
        "acknowledged": node not in world.setting("silent_nodes", []),
        "missing": missing,
        "plan": floor.share(found, floor.parcel_count(world, order, seed)) if found else [],
        "sent": 0,
        "pause_ms": floor.pause_ms(world, seed),
    }
    world.store.put("wms.releases", name, made)
    world.store.put("wms.by_order", order, [*(world.store.get("wms.by_order", order) or ()), name])
    world.effect(
        asked,
        system="wms",
        operation="release",
        key=made["client_ref"],
        reference=name,
        subject=order,
        node=node,
        lines=lines,
    )
    world.store.afterwards(lambda: floor.arm(world, made))
    return Reply(202, _shown(made))


def recall(world: World, asked: Asked) -> Reply:
    made = _release(world, asked)
    if made["state"] not in ("released", "short"):  # short: nothing of it was found, so there is nothing to stop
        code = "already_recalled" if made["state"] == "recalled" else "already_picked"
        raise refuse(409, code, f"release {made['release_id']} is {made['state']}")
    made = {**made, "state": "recalled"}
    world.store.put("wms.releases", made["release_id"], made)
    world.effect(
        asked,
        system="wms",
        operation="recall",
        key=str(asked.body().get("client_ref", "")),
        reference=made["release_id"],
        subject=made["order_no"],
        node=made["node"],
    )
    return Reply(200, _shown(made))


def _release(world: World, asked: Asked) -> dict[str, Any]:
    found = world.store.get("wms.releases", asked.named["id"])
    if found is None:
        raise refuse(404, "unknown_release", f"there is no release {asked.named['id']}")
    return dict(found)


def _shown(made: dict[str, Any]) -> dict[str, Any]:
    return {
        name: made[name] for name in ("release_id", "client_ref", "order_no", "node", "state", "acknowledged", "lines")
    }


def get_release(world: World, asked: Asked) -> Reply:
    return Reply(200, _shown(_release(world, asked)))


def find_releases(world: World, asked: Asked) -> Reply:
    names = world.store.get("wms.by_order", asked.query.get("order", "")) or ()
    found = [_shown(world.store.get("wms.releases", name)) for name in names]
    return Reply(200, {"releases": [one for one in found if asked.query.get("node") in (None, one["node"])]})


def shipments(world: World, asked: Asked) -> Reply:
    names = world.store.get("wms.by_order", asked.query.get("order", "")) or ()
    parcels = [
        world.store.get("wms.parcels", f"{name}-{number}")
        for name in names
        for number in range(1, world.store.get("wms.releases", name)["sent"] + 1)
    ]
    return Reply(200, {"shipments": parcels})


def stock_counts(world: World, asked: Asked) -> Reply:
    seen = stock.counts(world, asked.query.get("node", ""))
    if seen is None:
        raise refuse(404, "unknown_node", f"there is no node {asked.query.get('node')!r}")
    rows = [{"sku": sku, "on_hand": units} for sku, units in sorted(seen.levels.items())]
    return Reply(
        200, {"node": seen.node, "movement_seq": seen.watermark, "as_of": world.now().isoformat(), "counts": rows}
    )


ROUTES = [
    Route("POST", "/wms/releases", "release", release),
    Route("GET", "/wms/releases", "find_releases", find_releases),
    Route("GET", "/wms/releases/{id}", "get_release", get_release),
    Route("POST", "/wms/releases/{id}/recall", "recall", recall),
    Route("GET", "/wms/shipments", "shipments", shipments),
    Route("GET", "/wms/stock", "stock_snapshot", stock_counts),
]
