"""Give back a part of what an order has promised to it, line by line, while the rest stays promised."""

from collections.abc import Sequence

from django.db import connection, transaction

from process_apis.stock.book import statements
from process_apis.stock.models import Reservation, ReservationState
from process_apis.stock.services import Demand, NothingReserved, tell
from retail_platform.kernel import clock

_LESS = statements.worked_out("""
UPDATE stock_stockposition position
SET reserved = position.reserved - %(reserved)s, allocated = position.allocated - %(allocated)s, updated_at = now(),
    shortage = SHORTAGE(position.on_hand; position.quarantine + position.damaged + position.display;
                        position.reserved - %(reserved)s + position.allocated - %(allocated)s;
                        position.backorder_limit)END
WHERE position.sku = %(sku)s AND position.node = %(node)s
""")


@transaction.atomic
def give_up(*, order_number: str, parts: Sequence[Demand]) -> None:
    """Let go the units named, all or none. Raises NothingReserved where less is promised and has not left.

    It is no repeatable write: call it in the transaction that says why, once.
    """
    rows = Reservation.objects.select_for_update().filter(
        order_number=order_number, line_id__in={part.line_id for part in parts}
    )
    there = {(row.line_id, row.sku, row.node): row for row in rows.order_by("id")}  # Note [Locks] in promises.py
    with connection.cursor() as cursor:
        cursor.execute(statements.LOCK, {"sku": [p.sku for p in parts], "node": [p.node for p in parts]})
        for part in parts:
            row = there.get((part.line_id, part.sku, part.node))
            if row is None or row.state not in ("open", "allocated") or row.units - row.consumed < part.units:
                raise NothingReserved(
                    f"{part.units} of {part.sku} are not promised to line {part.line_id} of {order_number} at "
                    f"{part.node}; look at its reservations"
                )
            was_allocated = row.state == ReservationState.ALLOCATED
            _shrink(row, by=part.units)
            promised = {"reserved": 0, "allocated": part.units} if was_allocated else {"reserved": part.units,
                                                                                       "allocated": 0}  # fmt: skip
            cursor.execute(_LESS, {"sku": part.sku, "node": part.node, **promised})
    if parts:
        tell({part.sku for part in parts}, aggregate=f"stock:{order_number}")


def _shrink(row: Reservation, *, by: int) -> None:
    left = row.units - by
    if not left:  # nothing of it has left either: it keeps its units, so that one can see what it was
        row.state = ReservationState.RELEASED
    else:
        row.units = left
        if left == row.consumed:
            row.state = ReservationState.CONSUMED
    row.changed_at = clock.now()
    row.save(update_fields=["units", "state", "changed_at"])
