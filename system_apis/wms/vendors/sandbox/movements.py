"""Stock that moved in the pretend warehouse: the webhook "stock.moved", read loosely, one movement beside the other."""

from typing import Any

from pydantic import Field

from canonical.stock import ToldMovement
from system_apis.errors import ContractBroken
from system_apis.transport.shape import Shape, read_raw

TOPIC = "stock.moved"
REASONS = {
    "RECV": "receipt",
    "ADJ": "adjustment",
    "XFER_OUT": "transfer_out",
    "XFER_IN": "transfer_in",
    "SCRAP": "write_off",
    "RTN": "return",
}
STATES = {"": "", "GOOD": "on_hand", "QC": "quarantine", "DMG": "damaged", "SHOW": "display"}
MOST = 1000


class _Event(Shape):
    topic: str
    node: str = Field(min_length=1)
    movements: list[dict[str, Any]] = Field(min_length=1, max_length=MOST)


def read_event(raw: bytes, *, source: str) -> tuple[ToldMovement, ...]:
    """The movements of a webhook, as the warehouse told them. Raises ContractBroken for one we cannot read at all."""
    event = read_raw(_Event, raw)
    if event.topic != TOPIC:
        raise ContractBroken(f"topic: {event.topic!r} does not tell of stock that moved")
    return tuple(_told(each, node=event.node, source=source) for each in event.movements)


def _told(said: dict[str, Any], *, node: str, source: str) -> ToldMovement:
    """A movement without its number gets no key: the book sets it aside, since it could not be told from its twin."""
    number, kind, state = _text(said, "seq"), _text(said, "kind"), _text(said, "status")
    return ToldMovement(
        key=f"{source}:{node}:{number}" if number else "",
        sku=_text(said, "sku"),
        node=node,
        units=_text(said, "qty"),
        unit=_text(said, "uom"),
        reason=REASONS.get(kind, kind),
        source=source,
        occurred_at=_text(said, "moved_at"),
        state=STATES.get(state, state),
        sequence=number,
    )


def _text(said: dict[str, Any], name: str) -> str:
    """A field as text, whatever it is; what is not there, or no single value, is empty."""
    value = said.get(name)
    return "" if value is None or isinstance(value, bool | dict | list) else str(value)[:500]
