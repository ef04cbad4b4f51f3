"""Read what the figures are made of, in a few questions: nodes at a moment, rules in force, goods, arrivals."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from process_apis.catalog import hours
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node
from process_apis.stock_policy.decisions import Goods, Incoming, Lot, Place
from process_apis.stock_policy.offers import Book
from process_apis.stock_policy.rules import Rule, Rules

_IN_FORCE = """
SELECT kind, sku, node, node_kind, channel, value::bigint FROM stock_policy_stockpolicy
WHERE effective_from <= %(now)s AND (effective_until IS NULL OR effective_until > %(now)s)
  AND (sku = '' OR sku = ANY(%(sku)s::text[])
       OR sku IN (SELECT part FROM catalog_bundlepart WHERE bundle = ANY(%(sku)s::text[])))
UNION ALL
SELECT 'of node', '', node, '', '', score FROM stock_policy_nodeaccuracy
UNION ALL
SELECT 'of bundle', bundle, part, '', '', units FROM catalog_bundlepart WHERE bundle = ANY(%(sku)s::text[])
"""
_GOODS = """
SELECT sku, node, '' AS kind, on_hand, quarantine, damaged, display, allocated, reserved, backorder_limit, NULL::date
FROM stock_stockposition WHERE sku = ANY(%(sku)s::text[])
UNION ALL
SELECT sku, node, replace(kind, '_', ' '), units, confidence_percent, 0, 0, 0, 0, 0, due_on
FROM stock_supply WHERE sku = ANY(%(sku)s::text[]) AND units > 0 AND due_on >= %(today)s
UNION ALL
SELECT sku, node, 'lot', units, 0, 0, 0, 0, 0, 0, expires_on
FROM stock_lot WHERE sku = ANY(%(sku)s::text[]) AND expires_on IS NOT NULL
"""

_SILENCE_LOOKED_AT = timedelta(days=14)


class InForce(NamedTuple):
    """What holds at a moment: rules, node → accuracy, and bundle → part → units."""

    rules: Rules
    accuracy: dict[str, int]
    bundles: dict[str, dict[str, int]]


def book(skus: Collection[str], *, now: datetime) -> Book:
    """Everything there is to know about these skus, and the parts of those that are bundles."""
    rules, accuracy, bundles = in_force(skus, now=now)
    wanted = sorted({*skus, *(part for parts in bundles.values() for part in parts)})
    goods: dict[str, dict[str, Goods]] = {}
    incoming: dict[str, dict[str, list[Incoming]]] = {}
    lots: dict[str, dict[str, list[Lot]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_GOODS, {"sku": wanted, "today": today(now)})
        for sku, node, kind, *units, due_on in cursor.fetchall():
            if kind == "lot":
                lots.setdefault(sku, {}).setdefault(node, []).append(Lot(units[0], due_on))
            elif kind:
                incoming.setdefault(sku, {}).setdefault(node, []).append(Incoming(kind, units[0], due_on, units[1]))
            else:
                goods.setdefault(sku, {})[node] = Goods(*units)
    return Book(places(now=now, accuracy=accuracy), rules, goods, incoming, bundles, lots)


def in_force(skus: Collection[str], *, now: datetime) -> InForce:
    """The rules for these skus and for all skus at a moment, what is known of nodes, and what bundles are made of."""
    accuracy: dict[str, int] = {}
    bundles: dict[str, dict[str, int]] = {}
    rules = []
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"now": now, "sku": sorted(skus)})
        for kind, sku, node, node_kind, channel, value in cursor.fetchall():
            if kind == "of node":
                accuracy[node] = value
            elif kind == "of bundle":
                bundles.setdefault(sku, {})[node] = value
            else:
                rules.append(Rule(kind, sku, node, node_kind, channel, value))
    return InForce(Rules(rules), accuracy, bundles)


def places(*, now: datetime, accuracy: dict[str, int]) -> dict[str, Place]:
    """The active nodes as they are at a moment, in the order they are asked."""
    return {code: place(node, now=now, accuracy=accuracy.get(code)) for code, node in catalog.nodes().items()}


def place(node: Node, *, now: datetime, accuracy: int | None) -> Place:
    """One node at a moment."""
    closed = _closed(node, now=now)
    picked = None
    if node.offers_pickup and not closed:
        lead, cutoff = node.pickup_lead_min, node.pickup_cutoff_min
        picked = hours.collection(node.hours, now=now, lead_min=lead, cutoff_min=cutoff)
    zone = ZoneInfo(node.time_zone)
    ready = picked.ready_from.astimezone(zone).date() if picked else None
    sends = hours.send_day(now=now, cutoff=node.send_cutoff, zone=node.time_zone) if node.ships else None
    return Place(
        code=node.code,
        name=node.name,
        kind=node.kind,
        ships=node.ships,
        offers_pickup=node.offers_pickup,
        pickup_today=ready == now.astimezone(zone).date(),
        earliest=min((day for day in (sends, ready) if day), default=None),
        closed=closed,
        stale=_stale(node, now=now),
        accuracy=accuracy,
    )


def today(now: datetime) -> date:
    """The business day of a moment, where the platform keeps its days."""
    return now.astimezone(ZoneInfo(settings.STOCK_DAY_ZONE)).date()


def _stale(node: Node, *, now: datetime) -> bool:
    """Has it been silent for too long, in hours it is open?"""
    silence = timedelta(minutes=settings.STORE_SILENCE_MIN)
    if node.heard_at is None or now - node.heard_at <= silence:
        return False
    since = max(node.heard_at, now - _SILENCE_LOOKED_AT)
    return hours.open_time(node.hours, since=since, until=now) > silence


def _closed(node: Node, *, now: datetime) -> str:
    if not node.ours:
        return "its goods are not ours"
    if not node.ships and not node.offers_pickup:
        return "it neither sends nor hands over"
    if not node.online:
        return "it is offline"
    if hours.closed_for_long(node.hours, now=now, days=settings.STOCK_CLOSED_DAYS):
        return f"it stays closed for more than {settings.STOCK_CLOSED_DAYS} days"
    return ""
