"""The warehouse floor: how a release becomes parcels, when each leaves, and what that takes from the shelves.

Everything about it follows from the order's number and the node, so that the same day can be run again.
"""

from collections import Counter
from typing import Any

from system_apis.sandbox import stock
from system_apis.sandbox.asked import Reply
from system_apis.sandbox.world import World

SHIP_DELAY_MS = [50, 400]


def share(lines: list[dict[str, Any]], parcels: int) -> list[list[dict[str, Any]]]:
    """Spread the units of the lines over so many parcels, each as full as the others; never an empty one."""
    units = sum(line["qty"] for line in lines)
    parcels = max(1, min(parcels, units))
    room = [units // parcels + (number < units % parcels) for number in range(parcels)]
    packed: list[list[dict[str, Any]]] = [[] for _ in range(parcels)]
    at = 0
    for line in lines:
        left = line["qty"]
        while left:
            taken = min(left, room[at])
            packed[at].append({**line, "qty": taken})
            left -= taken
            room[at] -= taken
            at += room[at] == 0
    return packed


def picked(
    world: World, order: str, node: str, lines: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What of the lines is found on the shelves and what is missing: `shorts` is order → node → sku → units missing."""
    short = dict(world.setting("shorts", {}).get(order, {}).get(node, {}))
    found, missing = [], []
    for line in lines:
        lacks = min(int(short.get(line["sku"], 0)), line["qty"])
        short[line["sku"]] = int(short.get(line["sku"], 0)) - lacks
        found += [{**line, "qty": line["qty"] - lacks}] if line["qty"] > lacks else []
        missing += [{**line, "qty": lacks}] if lacks else []
    return found, missing


def parcel_count(world: World, order: str, seed: bytes) -> int:
    """Most releases leave in one parcel, some in two or three."""
    told = world.setting("parcels", {}).get(order)
    return int(told) if told else 1 if seed[0] < 180 else 2 if seed[0] < 230 else 3


def pause_ms(world: World, seed: bytes) -> int:
    """How long the next parcel takes."""
    told = world.setting("ship_delay_ms", SHIP_DELAY_MS)
    low, high = told if isinstance(told, list) else (told, told)
    return int(low) + int.from_bytes(seed[1:3], "big") % (int(high) - int(low) + 1)


def arm(world: World, made: dict[str, Any]) -> None:
    """See to the next parcel of a release after its pause. Nobody looks at the releases of a silent node."""
    if made.get("acknowledged", True) and made["state"] in ("released", "shipping"):
        world.alarms.after(made["pause_ms"] / 1000, lambda: advance(world, made["release_id"]))


def advance(world: World, name: str) -> None:
    """Send the next parcel of a release, unless it was recalled."""
    with world.store.change():
        made = world.store.get("wms.releases", name)
        if made is None or made["state"] not in ("released", "shipping"):
            return
        if made.get("missing") and not made["sent"]:
            _tell_short(world, made)
        if not made["plan"]:
            world.store.put("wms.releases", name, {**made, "state": "short"})
            return
        number = made["sent"] + 1
        last = number == len(made["plan"])
        made = {**made, "sent": number, "state": "shipped" if last else "shipping"}
        world.store.put("wms.releases", name, made)
        _dispatch(world, made, number)
        world.store.afterwards(lambda: arm(world, made))


def _dispatch(world: World, made: dict[str, Any], number: int) -> None:
    lines = [_read(world, line, f"{made['release_id']}-{number}") for line in made["plan"][number - 1]]
    units: Counter[str] = Counter()
    for line in lines:
        units[line["sku"]] += line["qty"]
    movement = stock.take(world, made["node"], units)
    parcel = {
        "parcel_id": f"{made['release_id']}-{number}",
        "release_id": made["release_id"],
        "order_no": made["order_no"],
        "node": made["node"],
        "parcel_no": number,
        "parcel_count": len(made["plan"]),
        "carrier": "SANDPOST",
        "tracking_no": f"SP{made['release_id'][3:]}{number:02d}",
        "dispatched_at": world.now().isoformat(),
        "movement_seq": movement,
        "lines": lines,
    }
    world.store.put("wms.parcels", parcel["parcel_id"], parcel)
    world.effect(
        None,
        system="wms",
        operation="dispatch",
        key=parcel["parcel_id"],
        reference=parcel["parcel_id"],
        subject=made["order_no"],
        node=made["node"],
        lines=lines,
    )
    topic, event_id = "parcel.dispatched", f"wms-{parcel['parcel_id']}"
    event = {"event_id": event_id, "topic": topic, "parcel": parcel}
    world.webhooks.add(system="wms", topic=topic, event_id=event_id, body=Reply(200, event).encoded().decode())


def _read(world: World, line: dict[str, Any], parcel: str) -> dict[str, Any]:
    """A line of a parcel; of goods that are `serialised` each piece's number is read as it is packed."""
    if line["sku"] not in world.setting("serialised", []):
        return line
    return {**line, "serials": [f"SN-{parcel}-{line['line_ref']}-{piece}" for piece in range(1, line["qty"] + 1)]}


def _tell_short(world: World, made: dict[str, Any]) -> None:
    """The shelves hold less than the book says: whoever asked is told, and the book of the warehouse put right."""
    event_id, missing = f"wms-short-{made['release_id']}", made["missing"]
    world.effect(
        None, system="wms", operation="short", key=event_id, reference=made["release_id"], subject=made["order_no"],
        node=made["node"], lines=missing,
    )  # fmt: skip
    names = ("release_id", "client_ref", "order_no", "node")
    event = {"event_id": event_id, "topic": "release.short", "reason": "not on the shelf", "lines": missing,
             **{name: made[name] for name in names}}  # fmt: skip
    body = Reply(200, event).encoded().decode()
    world.webhooks.add(system="wms", topic="release.short", event_id=event_id, body=body)
    moved = []
    for line in missing:
        sequence = stock.take(world, made["node"], {line["sku"]: line["qty"]})
        moved.append({"seq": sequence, "moved_at": world.now().isoformat(), "kind": "ADJ", "sku": line["sku"],
                      "qty": -line["qty"], "uom": "EA", "status": "GOOD"})  # fmt: skip
    told = {"event_id": f"{event_id}-moved", "topic": "stock.moved", "node": made["node"], "movements": moved}
    world.webhooks.add(
        system="wms", topic="stock.moved", event_id=told["event_id"], body=Reply(200, told).encoded().decode()
    )
