"""Read the stock book."""

from collections.abc import Collection

from django.db.models import F

from process_apis.stock.models import Reservation, StockPosition


def free(skus: Collection[str]) -> dict[str, dict[str, int]]:
    """What can still be promised: sku → node → units, without nodes that have none."""
    rows = StockPosition.objects.filter(sku__in=skus, on_hand__gt=F("reserved")).values_list(
        "sku", "node", F("on_hand") - F("reserved")
    )
    found: dict[str, dict[str, int]] = {}
    for sku, node, units in rows:
        found.setdefault(sku, {})[node] = units
    return found


def reservations_of(order_number: str) -> list[Reservation]:
    """What is promised to an order, by node and line."""
    return list(Reservation.objects.filter(order_number=order_number).order_by("node", "line_id"))
