"""Who writes which state of goods, until somebody says otherwise: the warehouse system everywhere, orders the ERP."""

from canonical.product import NodeKind
from process_apis.stock.models import StockOwner

STATES = ("on_hand", "quarantine", "damaged", "display", "in_transit", "on_order")


def write_standard() -> None:
    """Name the standard owner of each state that has none; what somebody changed stays."""
    StockOwner.objects.bulk_create(
        [
            StockOwner(node_kind=kind.value, state=state, source="erp" if state == "on_order" else "wms")
            for kind in NodeKind
            for state in STATES
        ],
        ignore_conflicts=True,
    )
