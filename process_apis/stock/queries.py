"""Read the stock book."""

from collections.abc import Collection
from typing import TypeVar

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from process_apis.stock.models import Reservation, ReservationState, StockMovement, StockPosition, Supply

Row = TypeVar("Row", StockPosition, StockMovement, Supply)
SENT_OR_TO_SEND = (ReservationState.OPEN, ReservationState.ALLOCATED, ReservationState.CONSUMED)
SELLABLE = Greatest(F("on_hand") - F("quarantine") - F("damaged") - F("display"), 0)
FREE = SELLABLE + F("backorder_limit") - F("reserved") - F("allocated")  # what can still be promised


def free(skus: Collection[str]) -> dict[str, dict[str, int]]:
    """What can still be promised: sku → node → units, without nodes that have none."""
    rows = StockPosition.objects.filter(sku__in=skus).annotate(free=FREE).filter(free__gt=0)
    found: dict[str, dict[str, int]] = {}
    for sku, node, units in rows.values_list("sku", "node", "free"):
        found.setdefault(sku, {})[node] = units
    return found


def physically_free(places: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Units that lie there and nobody was asked to send, by (sku, node), where promises go beyond what there is."""
    if not places:
        return {}
    beyond = StockPosition.objects.filter(
        Q(backorder_limit__gt=0) | Q(shortage__gt=0),
        sku__in={sku for sku, _ in places}, node__in={node for _, node in places},
    )  # fmt: skip
    rows = beyond.annotate(there=SELLABLE - F("allocated")).values_list("sku", "node", "there")
    return {(sku, node): max(there, 0) for sku, node, there in rows if (sku, node) in places}


def reservations_of(order_number: str) -> list[Reservation]:
    """What is promised to an order, by node and line."""
    return list(Reservation.objects.filter(order_number=order_number).order_by("node", "line_id", "sku"))


def to_send(order_number: str) -> list[Reservation]:
    """What nodes are to send for an order or have sent, by node and line; without what was given back or moved."""
    return [each for each in reservations_of(order_number) if each.state in SENT_OR_TO_SEND]


def parts_of_lines(order_number: str) -> dict[str, dict[str, tuple[int, int]]]:
    """For each line of an order, sku by sku: the units promised at all nodes, and those of them that have left."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for each in reservations_of(order_number):
        promised = each.units if each.state in SENT_OR_TO_SEND else each.consumed
        line = found.setdefault(each.line_id, {})
        before, gone = line.get(each.sku, (0, 0))
        line[each.sku] = (before + promised, gone + each.consumed)
    return {line_id: {sku: sums for sku, sums in line.items() if sums[0]} for line_id, line in found.items()}


def positions(*, nodes: Collection[str], sku: str | None = None, node: str | None = None) -> QuerySet[StockPosition]:
    """Positions to page through; `nodes` are those a caller may see, none of them named means all."""
    return _seen(StockPosition.objects.all(), nodes=nodes, sku=sku, node=node)


def movements(*, nodes: Collection[str], sku: str | None = None, node: str | None = None) -> QuerySet[StockMovement]:
    """Movements to page through, limited like positions."""
    return _seen(StockMovement.objects.all(), nodes=nodes, sku=sku, node=node)


def supplies(*, nodes: Collection[str], sku: str | None = None, node: str | None = None) -> QuerySet[Supply]:
    """What is to come, limited like positions."""
    return _seen(Supply.objects.all(), nodes=nodes, sku=sku, node=node)


def _seen(rows: QuerySet[Row], *, nodes: Collection[str], sku: str | None, node: str | None) -> QuerySet[Row]:
    found = rows.filter(**{name: value for name, value in (("sku", sku), ("node", node)) if value})
    return found.filter(node__in=nodes) if nodes else found
