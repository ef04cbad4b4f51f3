"""Facts of goods at nodes: what may be sold, and what their moves are worth."""

from canonical.ids import NodeCode, Sku
from canonical.value import Instant, Value


class StockChanged(Value):
    """What can be sold of these skus may be different now."""

    skus: tuple[Sku, ...]


class StockLineWorth(Value):
    sku: Sku
    units: int


class StockWorth(Value):
    """Goods changed their place or number under one document: what that is worth is booked once for each."""

    document: str
    node: NodeCode
    at: Instant
    lines: tuple[StockLineWorth, ...]


class SnapshotDue(Value):
    """It is time to ask what a node has; `snapshot` names this time."""

    snapshot: str
    node: str


class StockOversold(Value):
    """Units are promised that are not there any more; this order was promised last. `oversold` names this one hit.

    `hold` is filled where nothing is ordered yet: then it is this hold that was promised last.
    """

    oversold: str
    order_number: str
    line_id: str
    sku: Sku
    node: NodeCode
    units: int
    hold: str = ""


FACTS: dict[str, type[Value]] = {
    "stock.changed": StockChanged,
    "stock.snapshot_due": SnapshotDue,
    "stock_policy.changed": StockChanged,
    "stock.transfer_shipped": StockWorth,
    "stock.transfer_received": StockWorth,
    "stock.transfer_lost": StockWorth,
    "stock.adjusted": StockWorth,
    "stock.oversold": StockOversold,
}
