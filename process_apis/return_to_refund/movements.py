"""What goods that come back do to the stock book: into quarantine, out of it, and back from a supplier."""

from datetime import datetime

from canonical.stock import MovementReason, StockMovement, StockState
from process_apis.returns.models import Disposition, ReceiptLine

SOURCE = "returns"
_STAYS = (Disposition.RESTOCK, Disposition.REFURBISH)
_BOTH = (StockState.ON_HAND, StockState.QUARANTINE)


def into_quarantine(line: ReceiptLine, at: datetime) -> list[StockMovement]:
    """They are here, and nobody is sold them."""
    name = f"return:{line.receipt_id}:{line.position}:in"
    return [_moved(f"{name}:{state}", line, line.units, state, at) for state in _BOTH]


def out_of_quarantine(line: ReceiptLine, at: datetime) -> list[StockMovement]:
    """They can be sold again, or have left us."""
    name = f"return:{line.receipt_id}:{line.position}:{line.disposition}"
    states = [StockState.QUARANTINE] if line.disposition in _STAYS else _BOTH
    return [_moved(f"{name}:{state}", line, -line.units, state, at) for state in states]


def back_from_supplier(line: ReceiptLine, at: datetime) -> list[StockMovement]:
    """What a supplier did not take lies in quarantine once more."""
    name = f"return:{line.receipt_id}:{line.position}:refused"
    return [_moved(f"{name}:{state}", line, line.units, state, at) for state in _BOTH]


def _moved(key: str, line: ReceiptLine, units: int, state: StockState, at: datetime) -> StockMovement:
    gone = units < 0 and state == StockState.ON_HAND
    return StockMovement(
        key=key, sku=line.sku, node=line.receipt.node, units=units, state=state, source=SOURCE, occurred_at=at,
        reason=MovementReason.WRITE_OFF if gone else MovementReason.RETURN,
    )  # fmt: skip
