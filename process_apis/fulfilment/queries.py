"""Read what is sent later, which rule counts, and whether a node is being asked right now."""

from datetime import date, datetime

from django.db import connection
from django.db.models import Q, Sum

from process_apis.fulfilment.decisions import Rule, promise_day, ways_of
from process_apis.fulfilment.models import (
    HandlingRule,
    LaterState,
    RequestState,
    SendRequest,
    SentLater,
    Substitute,
)
from process_apis.stock.book.statements import worked_out
from process_apis.stock.models import Supply

Unit = tuple[str, str, str]  # line_id, sku, node

# What a place has once everything else promised there is served, but not the backorders behind this one. Where a node
# found less than its book said, something has to come in first: its book may still be wrong.
ARE_THERE = worked_out("""
SELLABLE(position) - position.reserved - position.allocated + coalesce((
    SELECT sum(behind.units)::bigint FROM fulfilment_sentlater behind
    WHERE behind.sku = later.sku AND behind.node = later.node AND behind.state = 'waiting'
      AND behind.needs_goods AND (behind.since, behind.id) > (later.since, later.id)), 0) >= 0
AND (later.cause <> 'short_pick' OR EXISTS (
    SELECT FROM stock_stockmovement came WHERE came.sku = later.sku AND came.node = later.node
      AND came.state = 'on_hand' AND came.units > 0 AND came.recorded_at > later.since AND came.reason <> 'count'))
""")
_IS_THERE = f"""
SELECT 1 FROM fulfilment_sentlater later JOIN stock_stockposition position USING (sku, node)
WHERE later.id = %(id)s AND {ARE_THERE}
"""  # noqa: S608 - our own words


def rules(*, now: datetime) -> list[Rule]:
    """The rules in force, the latest first."""
    in_force = HandlingRule.objects.filter(
        Q(effective_until__isnull=True) | Q(effective_until__gt=now), effective_from__lte=now
    )
    return [
        Rule(ways_of(row.ways), row.acknowledge_min, row.channel, row.node, row.node_kind)
        for row in in_force.order_by("-effective_from", "-id")
    ]


def waiting(order_number: str) -> list[SentLater]:
    """What of an order is still to be sent later, the oldest first."""
    return list(SentLater.objects.filter(order_number=order_number, state=LaterState.WAITING).order_by("since", "id"))


def waiting_units(order_number: str) -> dict[Unit, int]:
    """The same by line, sku and node."""
    rows = SentLater.objects.filter(order_number=order_number, state=LaterState.WAITING)
    summed = rows.values_list("line_id", "sku", "node").annotate(units=Sum("units"))
    return {(line_id, sku, node): int(units) for line_id, sku, node, units in summed}


def busy(order_number: str) -> bool:
    """Is a node being asked for units of this order, or to give a request back, this very moment?"""
    return (
        SentLater.objects.filter(order_number=order_number, state=LaterState.SENDING).exists()
        or SendRequest.objects.filter(order_number=order_number, state=RequestState.RECALLING).exists()
    )


def are_there(later: SentLater) -> bool:
    """Are the goods there that it waits for? Where a node found less than its book said, something has to come in."""
    if not later.needs_goods:
        return True
    with connection.cursor() as cursor:
        cursor.execute(_IS_THERE, {"id": later.id})
        return cursor.fetchone() is not None


def expected_on(sku: str, *, node: str, units: int) -> date | None:
    """When so many units will have come in at a node, by what its suppliers say."""
    supplies = Supply.objects.filter(sku=sku, node=node, units__gt=0).values_list("due_on", "units")
    return promise_day(list(supplies), units=units)


def substitutes(sku: str) -> list[str]:
    """What may be sent instead, the best first."""
    return list(Substitute.objects.filter(sku=sku).values_list("substitute", flat=True))


def of_order(order_number: str) -> list[SentLater]:
    """All that is or was sent later, the oldest first."""
    return list(SentLater.objects.filter(order_number=order_number).order_by("since", "id"))
