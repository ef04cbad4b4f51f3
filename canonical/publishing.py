"""The published shapes: JSON Schema of each entity and fact, one file for each version in schemas/.

Others build on these files. A change that could break them needs a new version; the check in CI says where.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from canonical.events import FACTS, CloudEvent
from canonical.journal import Invoice, JournalEntry
from canonical.order import Order
from canonical.payment import Authorization, PaymentMovement, PaymentRequest
from canonical.product import Node, Product
from canonical.shipment import ReleaseOrder, Shipment, ShortPick
from canonical.stock import StockMovement, StockSnapshot
from canonical.tax import TaxDocument, TaxResult
from canonical.value import Value

FOLDER = Path(__file__).parent / "schemas"
Schema = dict[str, Any]

ENTITIES: dict[str, type[Value]] = {
    "order": Order,
    "shipment": Shipment,
    "release_order": ReleaseOrder,
    "short_pick": ShortPick,
    "stock_movement": StockMovement,
    "stock_snapshot": StockSnapshot,
    "payment_request": PaymentRequest,
    "authorization": Authorization,
    "payment_movement": PaymentMovement,
    "invoice": Invoice,
    "journal_entry": JournalEntry,
    "tax_document": TaxDocument,
    "tax_result": TaxResult,
    "product": Product,
    "node": Node,
    "cloud_event": CloudEvent,
}
# Names whose shape has broken once: their version now; all others are at 1.
VERSIONS: dict[str, int] = {"stock_movement": 2, "node": 2}


def current() -> dict[str, Schema]:
    """File name → schema, as the code has it now."""
    shapes = {**ENTITIES, **{f"fact.{name}": shape for name, shape in FACTS.items()}}
    return {
        f"{name}.v{VERSIONS.get(name, 1)}.json": {"$id": f"/schemas/{name}/{VERSIONS.get(name, 1)}"}
        | shape.model_json_schema()
        for name, shape in sorted(shapes.items())
    }


def text(schema: Schema) -> str:
    """The bytes of a schema's file."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def unpublished() -> list[str]:
    """Files that differ from the code, or are missing."""
    return [
        name
        for name, schema in current().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != text(schema)
    ]


def breaking() -> list[str]:
    """Every change against a published file that could break who relies on it."""
    found = []
    for name, schema in current().items():
        if (FOLDER / name).exists():
            old = json.loads((FOLDER / name).read_text())
            found += [f"{name}: {change}" for change in differences(old, schema)]
    kept = {path.name for path in FOLDER.glob("*.json")}
    names = {name.rpartition(".v")[0] for name in current()}
    gone = sorted(name for name in kept if name.rpartition(".v")[0] not in names)
    return found + [f"{name}: nothing of this name is left" for name in gone]


def differences(old: Schema, new: Schema) -> list[str]:
    """What `new` no longer says, or says differently, where somebody may rely on `old`."""
    return list(_compare(old, new, old, new, at=""))


_PROMISES = ("type", "format", "pattern", "enum", "const", "items", "minimum", "maximum", "minLength", "maxLength")


def _compare(old: Any, new: Any, old_root: Schema, new_root: Schema, *, at: str) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    for name, shape in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{at}/{name} is gone"
        else:
            yield from _compare(shape, new["properties"][name], old_root, new_root, at=f"{at}/{name}")
    for name in sorted(set(new.get("required", [])) - set(old.get("required", []))):
        yield f"{at}/{name} is required now"
    for name in sorted(set(old.get("required", [])) - set(new.get("required", []))):
        yield f"{at}/{name} may be missing now"
    for word in _PROMISES:
        if word == "items" and word in old and word in new:
            yield from _compare(old[word], new[word], old_root, new_root, at=f"{at}/-")
        elif old.get(word) != new.get(word):
            yield f"{at or '/'} had {word} {old.get(word)!r}, now {new.get(word)!r}"
    if len(old.get("anyOf", [])) != len(new.get("anyOf", [])):
        yield f"{at or '/'} has other alternatives"
    for before, after in zip(old.get("anyOf", []), new.get("anyOf", []), strict=False):
        yield from _compare(before, after, old_root, new_root, at=at)


def _resolved(shape: Any, root: Schema) -> Schema:
    if not isinstance(shape, dict):
        return {}
    if "$ref" in shape:
        found: Schema = root["$defs"][shape["$ref"].removeprefix("#/$defs/")]
        return found
    return shape
