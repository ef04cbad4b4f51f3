"""Read the rules in force, how busy nodes are, and what was decided."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from process_apis.catalog import hours
from process_apis.catalog.models import Node
from process_apis.sourcing.models import SourcingDecision, SourcingRule
from process_apis.sourcing.rules import DEFAULT, RULES, Weighted
from retail_platform.kernel.problem import NotFound

_BUSY = """
SELECT asked.node, (SELECT count(*) FROM (
    SELECT FROM sourcing_sourcedfrom given WHERE given.node = asked.node AND given.at >= asked.since LIMIT asked.most
) AS counted)
FROM unnest(%(node)s::text[], %(since)s::timestamptz[], %(most)s::bigint[]) AS asked (node, since, most)
"""


def rules(*, channel: str, now: datetime, with_distance: bool) -> tuple[Weighted, ...]:
    """What decides for this channel now. Without a point to measure from, distance says nothing and is left out."""
    in_force = SourcingRule.objects.filter(
        Q(effective_until__isnull=True) | Q(effective_until__gt=now),
        effective_from__lte=now,
        channel__in=[channel, ""],
        rule__in=RULES,
    )
    rows = list(in_force.order_by("order", "id"))
    own = [row for row in rows if row.channel == channel] or rows
    found = tuple(Weighted(row.rule, row.weight, row.order) for row in own) or DEFAULT
    return found if with_distance else tuple(each for each in found if each.rule != "distance") or DEFAULT


def orders_today(nodes: Sequence[Node], *, now: datetime) -> dict[str, int]:
    """How many orders each of these nodes was given on its present day, counted no further than it can handle."""
    if not nodes:
        return {}
    asked: dict[str, Any] = {
        "node": [node.code for node in nodes],
        "since": [hours.midnight(now=now, zone=node.time_zone) for node in nodes],
        "most": [node.orders_a_day for node in nodes],
    }
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, asked)
        return dict(cursor.fetchall())


def decision(order_number: str, *, channels: Collection[str] = ()) -> SourcingDecision:
    """Why an order is sent from where it is. Raises NotFound, also for an order of a channel the caller may not see."""
    found = SourcingDecision.objects.filter(order_number=order_number).first()
    if found is None or (channels and found.channel not in channels):
        raise NotFound("Nothing was decided for an order of this number; see GET orders for those there are.")
    return found
