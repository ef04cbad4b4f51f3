"""Units sold before they are there: the node is asked for them once they have come in, or on the day they may leave."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from canonical.order import LineKind
from process_apis.fulfilment import queries as fulfilment
from process_apis.fulfilment import services
from process_apis.fulfilment.models import Cause, Way
from process_apis.order_to_cash.missing import tell_later
from process_apis.orders.models import Order, OrderLine
from process_apis.stock import queries as stock
from process_apis.stock.models import Reservation


def held_back(order: Order, rows: Sequence[Reservation], *, now: datetime) -> dict[str, int]:
    """Units that cannot be sent yet, by the id of their promise: of pre-orders all until their day has come."""
    there = stock.physically_free([(row.sku, row.node) for row in rows])
    early = {
        line.line_id
        for line in order.lines.all()
        if line.kind == LineKind.PRE_ORDER and line.promised_on and line.promised_on > timezone.localdate(now)
    }
    found: dict[str, int] = {}
    for row in rows:
        place = (row.sku, row.node)
        may_go = row.units if place not in there else max(0, min(row.units, there[place]))
        if place in there:
            there[place] -= may_go
        units = row.units if row.line_id in early else row.units - may_go
        if units:
            found[str(row.id)] = units
    return found


def keep_for_later(order: Order, row: Reservation, *, units: int, now: datetime) -> None:
    """Units of a promise wait for their goods. The customer is told of the day, where there is one."""
    part = services.Part(row.line_id, row.sku, row.node, units)
    line = order.lines.get(line_id=row.line_id)
    day = line.promised_on or fulfilment.expected_on(row.sku, node=row.node, units=units)
    later = services.postpone(
        order_number=order.number, part=part, cause=Cause.NOT_THERE_YET, way=Way.BACKORDER, now=now, needs_goods=True,
        promised_on=day,
    )  # fmt: skip
    OrderLine.objects.filter(id=line.id).update(promised_on=day)
    tell_later(order, later)
    tell_later(order, later, name="order.backordered")
