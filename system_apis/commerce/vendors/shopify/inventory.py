"""Levels of stock, to and from Shopify's shape (shopify.dev, inventorySetQuantities and "Compare and swap").

One wrong level and Shopify takes none of the call: those it names have an error of their own, the rest is to be asked
again. Which level an error is about stands in its path: input, quantities, 3, changeFromQuantity.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from system_apis.commerce.port import Level, LevelAnswer, LevelState
from system_apis.commerce.vendors.shopify.reading import an_object, objects
from system_apis.errors import ContractBroken, Refused, Unavailable

ITEM, LOCATION = "gid://shopify/InventoryItem/", "gid://shopify/Location/"
MOST = 1_000_000_000
_STATES = {
    "CHANGE_FROM_QUANTITY_STALE": LevelState.STALE,
    "COMPARE_QUANTITY_STALE": LevelState.STALE,
    "INVALID_INVENTORY_ITEM": LevelState.UNKNOWN,
    "ITEM_NOT_STOCKED_AT_LOCATION": LevelState.UNKNOWN,
    "NON_MUTABLE_INVENTORY_ITEM": LevelState.UNKNOWN,
}


def to_input(levels: Sequence[Level], *, items: Mapping[str, str], place: str, key: str) -> dict[str, Any]:
    """The levels of skus we have links for."""
    return {
        "name": "available",
        "reason": "correction",
        "referenceDocumentUri": f"gid://retail-platform/StockLevels/{key}",
        "quantities": [
            {
                "inventoryItemId": ITEM + items[level.sku],
                "locationId": LOCATION + place,
                "quantity": min(level.units, MOST),
                "changeFromQuantity": level.expected,
            }
            for level in levels
        ],
    }


def read_set(made: Mapping[str, Any], levels: Sequence[Level]) -> list[LevelAnswer]:
    """What became of each level. Raises Unavailable while a twin of the call is at work, Refused for the whole."""
    errors = objects(made.get("userErrors"))
    if not errors:
        if not isinstance(made.get("userErrors"), list):
            raise ContractBroken("Shopify answered inventorySetQuantities without userErrors")
        return [LevelAnswer(level.sku, LevelState.SHOWN, shown=min(level.units, MOST)) for level in levels]
    wrong: dict[int, LevelAnswer] = {}
    for error in errors:
        code, told = str(error.get("code") or ""), str(error.get("message") or "")[:300]
        if code == "IDEMPOTENCY_CONCURRENT_REQUEST":
            raise Unavailable("Shopify is still at work on these levels", retry_after_s=2.0)
        place = _position(error.get("field"))
        if code not in _STATES or place is None or place >= len(levels):
            raise Refused(f"Shopify refused inventorySetQuantities: {told}", code=code.lower() or "user_error")
        wrong[place] = LevelAnswer(levels[place].sku, _STATES[code], detail=told)
    return [wrong.get(at) or LevelAnswer(level.sku, LevelState.NOT_TAKEN) for at, level in enumerate(levels)]


def read_shown(nodes: Any, skus: Sequence[str]) -> list[LevelAnswer]:
    """What is shown of each sku, in the order asked; null is an item or a level the shop does not have."""
    if not isinstance(nodes, list) or len(nodes) != len(skus):
        raise ContractBroken("Shopify answered another number of inventory items than were asked for")
    return [_shown(an_object(node), sku) for sku, node in zip(skus, nodes, strict=True)]


def _shown(node: Mapping[str, Any], sku: str) -> LevelAnswer:
    level = an_object(node.get("inventoryLevel"))
    if not level:
        told = "it is not stocked at our location" if node else "there is no such inventory item"
        return LevelAnswer(sku, LevelState.UNKNOWN, detail=told)
    for quantity in objects(level.get("quantities")):
        units = quantity.get("quantity")
        if quantity.get("name") == "available" and isinstance(units, int) and not isinstance(units, bool):
            return LevelAnswer(sku, LevelState.SHOWN, shown=units)
    raise ContractBroken(f"Shopify says no available quantity of {sku}")


def _position(field: Any) -> int | None:
    path = [str(part) for part in field] if isinstance(field, list) else []
    at = path.index("quantities") + 1 if "quantities" in path else len(path)
    return int(path[at]) if at < len(path) and path[at].isdigit() else None
