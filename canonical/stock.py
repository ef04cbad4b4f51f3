"""Goods in places: what changed a count, and what a count was at some moment."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from canonical.ids import NodeCode, Sku
from canonical.value import Instant, Value


class MovementReason(StrEnum):
    """Why goods on hand changed."""

    OPENING = "opening"
    RECEIPT = "receipt"
    SALE = "sale"
    RETURN = "return"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    ADJUSTMENT = "adjustment"
    COUNT = "count"
    WRITE_OFF = "write_off"


class StockState(StrEnum):
    """What a movement changes. Quarantine, damaged and display are parts of on_hand; in_transit is not there yet."""

    ON_HAND = "on_hand"
    QUARANTINE = "quarantine"
    DAMAGED = "damaged"
    DISPLAY = "display"
    IN_TRANSIT = "in_transit"


class StockMovement(Value):
    """One change of goods in a place. `key` is its natural key: the same key twice is the same movement.

    `sequence` is the source's own number of the movement, if it has one: it decides whether a count has it inside.
    """

    key: Annotated[str, Field(min_length=1, max_length=200)]
    sku: Sku
    node: NodeCode
    units: Annotated[int, Field(strict=True, ge=-1_000_000_000, le=1_000_000_000)]
    reason: MovementReason
    source: Annotated[str, Field(min_length=1, max_length=64)]
    occurred_at: Instant
    state: StockState = StockState.ON_HAND
    sequence: Annotated[int, Field(strict=True, ge=0, le=2**62)] | None = None


class ToldMovement(Value):
    """A movement as another system told it: every field still text, nothing of it checked yet."""

    key: str = ""
    sku: str = ""
    node: str = ""
    units: str = ""
    unit: str = ""
    reason: str = ""
    source: str = ""
    occurred_at: str = ""
    state: str = ""
    sequence: str = ""


class StockLevel(Value):
    """What a system says is on hand in one node."""

    sku: Sku
    node: NodeCode
    on_hand: Annotated[int, Field(strict=True)]


class StockSnapshot(Value):
    """Levels as one system saw them; `watermark` is the last movement sequence inside it."""

    node: NodeCode
    watermark: Annotated[int, Field(strict=True, ge=0)]
    taken_at: Instant
    levels: tuple[StockLevel, ...]
