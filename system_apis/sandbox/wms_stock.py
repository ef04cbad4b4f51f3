"""What moves in the pretend warehouse without an order: goods come in, are counted anew, go to another node.

On demand only: POST /_control/wms/movements {"node", "movements": [{"kind", "sku", "qty", "uom", "status", ...}]}.
Each gets the next number of its node and all go into one webhook, just as they were told: a wrong one too.
"""

from typing import Any

from system_apis.sandbox import stock
from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.world import World

TOPIC = "stock.moved"
PIECES = {"": 1, "EA": 1, "PR": 2, "DZN": 12}


def move(world: World, asked: Asked) -> Reply:
    """Move goods and tell of it. `seq` and any other field may be given, to tell what a real one never should."""
    body = asked.body()
    node, wishes = body.get("node"), body.get("movements")
    if not isinstance(node, str) or not isinstance(wishes, list) or not all(isinstance(each, dict) for each in wishes):
        raise Refusal(400, {"error": "give {node, movements: [{kind, sku, qty, uom}]}"})
    told = [_moved(world, node, wish) for wish in wishes]
    number = world.store.next_number("wms.stock_events")
    event_id = f"wms-stock-{number}"
    event = {"event_id": event_id, "topic": TOPIC, "node": node, "movements": told}
    world.effect(
        asked, system="wms", operation="move_stock", key=event_id, reference=event_id, subject=node, lines=told
    )
    world.webhooks.add(system="wms", topic=TOPIC, event_id=event_id, body=Reply(200, event).encoded().decode())
    return Reply(201, event)


def _moved(world: World, node: str, wish: dict[str, Any]) -> dict[str, Any]:
    """One movement as it is told; the shelves follow where it can be read."""
    sku, units = wish.get("sku"), wish.get("qty")
    good = wish.get("status", "GOOD") == "GOOD" and isinstance(sku, str) and isinstance(units, int)
    taken = {str(sku): -int(units) * PIECES.get(str(wish.get("uom", "")), 1)} if good else {}  # type: ignore[arg-type]
    sequence = stock.take(world, node, taken)
    return {"seq": sequence, "moved_at": world.now().isoformat(), "kind": "RECV", **wish}
