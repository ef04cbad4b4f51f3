"""Goods in the pretend warehouses and stores: opening counts from `setup`, less what was dispatched."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from system_apis.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Counts:
    """What lies in one node; `watermark` is the number of the last movement inside it."""

    node: str
    watermark: int
    levels: dict[str, int]


def counts(world: World, node: str) -> Counts | None:
    """What lies in a node, or None where there is no such node."""
    levels = world.store.get("stock", node)
    if levels is None and node not in world.setting("nodes", []):
        return None
    return Counts(node=node, watermark=int(world.store.get("numbers", f"stock.{node}") or 0), levels=dict(levels or {}))


def open_with(world: World, rows: list[dict[str, Any]], *, replace: bool) -> None:
    """Take opening counts; what is counted already stays, unless told to replace it."""
    opened: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        opened[str(row["node"])][str(row["sku"])] = int(row["on_hand"])
    for node, levels in opened.items():
        known = world.store.get("stock", node) or {}
        world.store.put("stock", node, {**known, **levels} if replace else {**levels, **known})


def take(world: World, node: str, units: dict[str, int]) -> int:
    """Goods leave a node. Answers the number of this movement."""
    levels = dict(world.store.get("stock", node) or {})
    for sku, count in units.items():
        levels[sku] = levels.get(sku, 0) - count
    world.store.put("stock", node, levels)
    return world.store.next_number(f"stock.{node}")
