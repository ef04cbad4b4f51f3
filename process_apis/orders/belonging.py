"""Gift wrap and fees belong to a line of goods: they are billed, cancelled and given back with its units. Pure.

Of `units` of a service for so many of the goods, what is billed is rounded up and what is cancelled down, so that both
together come to all of it: one wrap for three boots is billed with the first that leaves, and is cancelled only with
the last of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self


class _Row(Protocol):
    line_id: str
    belongs_to: str
    quantity: int
    shipped: int
    cancelled: int
    cancel_requested: int

    @property
    def sold_as(self) -> str: ...

    @property
    def is_service(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line as far as the rule needs it. `sold_as` is the line it is sent instead of, or its own."""

    line_id: str
    sold_as: str
    belongs_to: str
    is_service: bool
    quantity: int
    shipped: int
    cancelled: int

    @classmethod
    def of(cls, row: _Row, *, as_asked: bool = False) -> Self:
        """A line of the book; `as_asked` takes what is to be cancelled for cancelled."""
        cancelled = row.cancelled + (row.cancel_requested if as_asked else 0)
        return cls(
            row.line_id, row.sold_as, row.belongs_to, row.is_service, row.quantity, row.shipped, cancelled,
        )  # fmt: skip

    @property
    def open(self) -> int:
        return self.quantity - self.shipped - self.cancelled


def complaints(said: Sequence[str]) -> list[dict[str, list[str]]]:
    """What is wrong with the places of lines that lines say they are for, an entry for each line; "" says nothing."""
    places = {str(place) for place in range(1, len(said) + 1)}
    wrong = [name and name not in places - {str(place)} for place, name in enumerate(said, start=1)]
    detail = "Name the place of another line, from 1."
    return [{"belongs_to": [detail]} if bad else {} for bad in wrong]


def to_bill(lines: Sequence[Line], now: Mapping[str, int]) -> dict[str, int]:
    """Units of each service that are billed when these units of goods leave, by line_id.

    One that is for no line in particular goes with the first goods; with the last of them goes whatever is left.
    """
    last = not any(line.open > now.get(line.line_id, 0) for line in lines if not line.is_service)
    found = {}
    for service in (line for line in lines if line.is_service):
        goods = _goods_of(service, lines)
        if last or goods is None:
            units = service.open
        else:
            left = sum(line.shipped + now.get(line.line_id, 0) for line in lines if line.sold_as == goods.line_id)
            units = min(service.open, -(-service.quantity * left // goods.quantity) - service.shipped)
        if units > 0:
            found[service.line_id] = units
    return found


def to_cancel(lines: Sequence[Line], gone: Mapping[str, int]) -> dict[str, int]:
    """Units of each service that are cancelled when these units of goods are, by line_id; at most what is open.

    One that is for no line in particular goes with the last of the goods, where none of them has left.
    """
    goods_left = any(line.shipped or line.open > gone.get(line.line_id, 0) for line in lines if not line.is_service)
    found = {}
    for service in (line for line in lines if line.is_service):
        goods = _goods_of(service, lines)
        if not goods_left:
            units = service.open
        elif goods is None:
            units = 0
        else:
            mine = [line for line in lines if line.sold_as == goods.line_id]
            kept = sum(line.quantity - line.cancelled - gone.get(line.line_id, 0) for line in mine)
            units = service.quantity * (goods.quantity - kept) // goods.quantity - service.cancelled
            units = min(service.open, units)
        if units > 0:
            found[service.line_id] = units
    return found


def _goods_of(service: Line, lines: Sequence[Line]) -> Line | None:
    return next((line for line in lines if line.line_id == service.belongs_to and not line.is_service), None)
