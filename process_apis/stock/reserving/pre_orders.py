"""Promise what is not out yet against what is ordered for us: how far a promise may go follows what is on its way.

Each product with a release date may be promised beyond what is there by the units that are ordered for a node or on
their way to it. What arrives is there instead, so the limit falls by as much; after the last of it there is none.
"""

from django.db import connection

from process_apis.cases import services as cases
from process_apis.cases.models import Case, CaseKind, CaseState
from process_apis.catalog.models import Product
from process_apis.stock.models import Reservation, ReservationState, StockPosition
from process_apis.stock.reserving import backorders

_DIFFER = """
WITH coming AS (
    SELECT supply.sku, supply.node, sum(supply.units * supply.confidence_percent / 100)::bigint AS units
    FROM stock_supply supply WHERE supply.sku = ANY(%(sku)s::text[]) GROUP BY supply.sku, supply.node
)
SELECT coalesce(position.sku, coming.sku), coalesce(position.node, coming.node), coalesce(coming.units, 0)
FROM (SELECT * FROM stock_stockposition WHERE sku = ANY(%(sku)s::text[])) AS position
FULL JOIN coming ON coming.sku = position.sku AND coming.node = position.node
WHERE coalesce(position.backorder_limit, 0) <> coalesce(coming.units, 0)
ORDER BY 1, 2 LIMIT %(most)s
"""
MOST = 500  # positions in one round
_COVERED = """
SELECT coalesce(bool_and(there.units >= there.before), true) FROM (
    SELECT (SELECT greatest(position.on_hand - position.quarantine - position.damaged - position.display, 0)
                   - position.allocated FROM stock_stockposition position
            WHERE position.sku = mine.sku AND position.node = mine.node) AS units,
           (SELECT sum(earlier.units - earlier.consumed) FROM stock_reservation earlier
            WHERE earlier.sku = mine.sku AND earlier.node = mine.node AND earlier.state = 'open'
              AND earlier.id <= mine.id) AS before
    FROM stock_reservation mine WHERE mine.order_number = %(order_number)s AND mine.state = 'open'
) AS there
"""


def keep_limits() -> int:
    """Let the limit of each product with a release date follow what is coming. Returns how many changed."""
    return follow(list(Product.objects.filter(released_on__isnull=False).values_list("sku", flat=True)))


def follow(skus: list[str]) -> int:
    """The same for some products. A limit that more is promised for than comes now stays, and is a case."""
    if not skus:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_DIFFER, {"sku": skus, "most": MOST})
        rows = cursor.fetchall()
    changed = 0
    for sku, node, units in rows:
        try:
            backorders.set_limit(sku=sku, node=node, units=int(units))
            changed += 1
        except backorders.PromisedBeyond:
            _case(sku, node, int(units))
    return changed


def covered(order_number: str) -> bool:
    """Is all that is promised to an order there by now? Who was promised first has it first."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, {"order_number": order_number})
        return bool(cursor.fetchone()[0])


def _case(sku: str, node: str, units: int) -> None:
    fingerprint = f"pre-order:{node}:{sku}"
    if Case.objects.filter(fingerprint=fingerprint, state=CaseState.OPEN).exists():  # each round would count it up
        return
    position = StockPosition.objects.get(sku=sku, node=node)
    orders = Reservation.objects.filter(sku=sku, node=node, state=ReservationState.OPEN).order_by("-id")
    late = ", ".join(orders.values_list("order_number", flat=True)[:5])
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=fingerprint,
        subject=sku,
        title=f"{position.reserved} of {sku} are promised at {node}, {position.on_hand} are there and {units} to come",
        detail=f"The latest orders: {late}.",
        proposal="Order more for the node and tell it as supply, or cancel the latest orders.",
    )
