"""Read a movement that came as text: from a file, or from a system whose figures are not to be trusted unseen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from canonical.quantity import KNOWN_UNITS
from canonical.stock import MovementReason, StockMovement, StockState, ToldMovement

_QUANTITY = re.compile(r"[+-]?[0-9]{1,10}(\.[0-9]{1,6})?")
_SEQUENCE = re.compile(r"[0-9]{1,19}")
_NEEDED = ("key", "sku", "node", "units", "reason", "source", "occurred_at")
_SHAPES = {
    "key": "1 to 200 printable characters",
    "sku": "1 to 64 letters, digits and . _ / -",
    "node": "1 to 32 letters, digits and . _ -",
    "units": "a number such as 12, -3 or 1.5",
    "unit": f"one of {', '.join(sorted(KNOWN_UNITS))}",
    "reason": f"one of {', '.join(MovementReason)}",
    "state": f"one of {', '.join(StockState)}",
    "source": "the name of a system, 1 to 64 characters",
    "occurred_at": "an instant with its zone, such as 2026-03-01T09:30:00Z",
    "sequence": "a whole number from 0",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One movement as it was told: how much, in which unit of measure; `exact` where that is no whole number."""

    movement: StockMovement
    unit: str = ""
    exact: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """applied, known (told before) or set_aside, with the field, the rule it breaks and what to do."""

    key: str
    outcome: str
    rule: str = ""
    detail: str = ""
    field: str = ""


def read(told: ToldMovement) -> Item | Outcome:
    """A movement in its proper types, or the first field that cannot be read."""
    for name in _NEEDED:
        if not getattr(told, name):
            return Outcome(told.key, "set_aside", "missing-field", f"{name} is empty: give {_SHAPES[name]}.", name)
    if not _QUANTITY.fullmatch(told.units):
        return _bad(told, "units")
    if told.sequence and not _SEQUENCE.fullmatch(told.sequence):
        return _bad(told, "sequence")
    if told.unit and told.unit not in KNOWN_UNITS:
        return Outcome(told.key, "set_aside", "unit-of-measure", _said(told, "unit"), "unit")
    if not (told.key.isprintable() and told.source.isprintable()):
        return _bad(told, "source" if told.key.isprintable() else "key")
    quantity = Decimal(told.units)
    try:
        movement = StockMovement(**_typed(told, quantity))
    except ValidationError as wrong:
        return _bad(told, str(wrong.errors(include_url=False)[0]["loc"][0]))
    except ValueError:
        return _bad(told, "occurred_at")
    return Item(movement, told.unit, None if quantity == movement.units else quantity)


def _typed(told: ToldMovement, quantity: Decimal) -> Mapping[str, Any]:
    return {
        "key": told.key,
        "sku": told.sku,
        "node": told.node,
        "units": int(quantity),
        "reason": told.reason,
        "source": told.source,
        "occurred_at": datetime.fromisoformat(told.occurred_at),
        "state": told.state or StockState.ON_HAND,
        "sequence": int(told.sequence) if told.sequence else None,
    }


def _bad(told: ToldMovement, name: str) -> Outcome:
    return Outcome(told.key, "set_aside", "bad-field", _said(told, name), name)


def _said(told: ToldMovement, name: str) -> str:
    return f"{name} is {getattr(told, name)[:60]!r}: give {_SHAPES[name]}."
