"""How many units may be promised of a sku in a node beyond what is there: back-orders, or pre-orders of what is new."""

from django.db import connection, transaction

from process_apis.stock.book import statements
from process_apis.stock.book.statements import worked_out
from process_apis.stock.models import StockPosition
from process_apis.stock.services import tell
from retail_platform.kernel.problem import DomainError


class PromisedBeyond(DomainError):
    """More is promised already than the new limit allows. Give some of it back first, or choose a higher limit."""

    status = 409
    kind = "promised-beyond"
    title = "More is promised already"


_SET = worked_out("""
UPDATE stock_stockposition position
SET backorder_limit = %(units)s, updated_at = now(),
    shortage = SHORTAGE(position.on_hand; position.quarantine + position.damaged + position.display;
                        position.reserved + position.allocated; %(units)s)END
WHERE position.sku = %(sku)s AND position.node = %(node)s
  AND SHORTAGE(position.on_hand; position.quarantine + position.damaged + position.display;
               position.reserved + position.allocated; %(units)s)END <= position.shortage
""")


@transaction.atomic
def set_limit(*, sku: str, node: str, units: int) -> StockPosition:
    """Set how far promises may go. A sku that was never there may have a limit too. Raises PromisedBeyond."""
    with connection.cursor() as cursor:
        cursor.execute(statements.OPEN_POSITIONS, {"sku": [sku], "node": [node]})
        cursor.execute(_SET, {"sku": sku, "node": node, "units": units})
        changed = cursor.rowcount
    position = StockPosition.objects.get(sku=sku, node=node)
    if not changed:
        promised = position.reserved + position.allocated
        raise PromisedBeyond(f"{promised} of {sku} are promised at {node}, {position.on_hand} are on hand")
    tell([sku], aggregate=f"stock:limit:{node}:{sku}")
    return position
