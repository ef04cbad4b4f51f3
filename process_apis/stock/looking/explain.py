"""Why a figure is what it is: who writes each state, the formula with its numbers, the last count and changes."""

from collections.abc import Collection
from typing import Any

from process_apis.catalog.models import Node
from process_apis.stock import queries
from process_apis.stock.models import StockMovement, StockOwner, StockPosition
from retail_platform.kernel.problem import NotFound

STATES = ("on_hand", "quarantine", "damaged", "display", "reserved", "allocated", "shortage", "backorder_limit")
OURS = "this platform"
LATEST = 10


def sku(code: str, *, nodes: Collection[str]) -> dict[str, Any]:
    """Every position of a sku, explained. Raises NotFound where there is none to see."""
    positions = list(queries.positions(nodes=nodes, sku=code).order_by("node"))
    if not positions:
        raise NotFound(f"no stock of {code} was ever told of; see GET positions for what there is")
    kinds = dict(Node.objects.values_list("code", "kind"))
    owners = {(owner.node_kind, owner.state): owner.source for owner in StockOwner.objects.all()}
    return {"sku": code, "nodes": [_explain(each, kinds.get(each.node, ""), owners) for each in positions]}


def _explain(position: StockPosition, kind: str, owners: dict[tuple[str, str], str]) -> dict[str, Any]:
    units = {state: getattr(position, state) for state in STATES}
    sellable = max(units["on_hand"] - units["quarantine"] - units["damaged"] - units["display"], 0)
    free = sellable + units["backorder_limit"] - units["reserved"] - units["allocated"]
    latest = StockMovement.objects.filter(sku=position.sku, node=position.node).order_by("-id")[:LATEST]
    return {
        "sku": position.sku,
        "node": position.node,
        "free": free,
        "formula": (
            f"max({units['on_hand']} on hand - {units['quarantine']} quarantine - {units['damaged']} damaged - "
            f"{units['display']} display, 0) + {units['backorder_limit']} backorder - {units['reserved']} reserved - "
            f"{units['allocated']} allocated = {free}"
        ),
        "states": [
            {"state": state, "units": count, "owner": owners.get((kind, state), OURS)} for state, count in units.items()
        ],
        "counted_by": position.counted_source,
        "counted_at": position.counted_at,
        "latest": latest,
    }
