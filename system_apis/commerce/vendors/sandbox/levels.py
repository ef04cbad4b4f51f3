"""Levels of stock, to and from the pretend shop's shape."""

from collections.abc import Sequence
from typing import Any, Literal

from system_apis.commerce.port import Level, LevelAnswer, LevelState
from system_apis.errors import ContractBroken
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, read


class _Level(Shape):
    sku: str
    state: Literal["shown", "stale", "unknown"]
    available: int | None = None


class _Levels(Shape):
    levels: list[_Level]


def to_levels(levels: Sequence[Level], *, place: str) -> dict[str, Any]:
    """What to show, and what the shop should have shown until now; null takes any."""
    rows = [{"sku": level.sku, "available": level.units, "expected": level.expected} for level in levels]
    return {"location": place, "levels": rows}


def read_levels(answer: Answer, skus: Sequence[str]) -> list[LevelAnswer]:
    """The shop's word on each sku. Raises ContractBroken when it left one out."""
    said = {level.sku: level for level in read(_Levels, answer).levels}
    if missing := [sku for sku in skus if sku not in said]:
        raise ContractBroken(f"levels: no answer for {', '.join(missing[:5])}", evidence=answer.evidence)
    return [LevelAnswer(sku, LevelState(said[sku].state), shown=said[sku].available) for sku in skus]
