"""Choose the nodes of an order by the rules in force, and keep what was chosen and why."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from process_apis.catalog import hours
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node
from process_apis.sourcing import decisions, queries
from process_apis.sourcing.decisions import Demand, Part
from process_apis.sourcing.models import SourcedFrom
from process_apis.sourcing.rules import Place
from process_apis.stock import queries as stock
from process_apis.stock_policy import reading as policies
from process_apis.stock_policy import services as stock_policy
from process_apis.stock_policy.offers import Offer

_KEEP = """
INSERT INTO sourcing_sourcingdecision (order_number, channel, attempt, chosen, explanation, at)
VALUES (%(order_number)s, %(channel)s, %(looks)s, %(chosen)s, %(explanation)s, %(at)s)
ON CONFLICT (order_number) DO UPDATE SET attempt = sourcing_sourcingdecision.attempt + excluded.attempt,
    chosen = excluded.chosen, explanation = excluded.explanation, at = excluded.at
"""
_COUNT = """
INSERT INTO sourcing_sourcedfrom (order_number, node, at)
SELECT %(order_number)s, node, %(at)s FROM unnest(%(nodes)s::text[]) AS node ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """The parts to promise, None if they are not there; `why_not` says what is short and which nodes were left out."""

    parts: list[Part] | None
    why_not: str
    explanation: dict[str, Any]


def source(
    lines: Sequence[Demand],
    *,
    channel: str,
    now: datetime,
    near: tuple[float, float] | None = None,
    nodes: Collection[str] | None = None,
    without: Collection[str] = (),
) -> Choice:
    """Which node sends what of (line, sku, units), bundles as their parts; nothing is promised or written yet.

    Only nodes that may send through the channel are asked. `nodes`, where goods are to be collected, limits the
    choice to those, if they hand goods over; none of `without` is asked. `near` is the point the goods go to.
    """
    book = policies.book({sku for _, sku, _ in lines}, now=now)
    demand = decisions.exploded(lines, bundles=book.bundles)
    there = stock.free({sku for _, sku, _ in demand})
    offers = stock_policy.from_book(book, there, channel=channel, now=now)
    left_out, free = _eligible(there, offers=offers, only=nodes, without=without)
    having = {node for has in free.values() for node in has}
    places, full = _places(having, near=near, now=now)
    left_out |= full
    free = {sku: {node: units for node, units in has.items() if node not in full} for sku, has in free.items()}
    rules = queries.rules(channel=channel, now=now, with_distance=near is not None)
    found = decisions.source(demand, free=free, places=places, rules=rules)
    explanation = {
        "rules": [asdict(rule) for rule in rules],
        "considered": found.could,
        "candidates": [asdict(each) for each in found.candidates],
        "left_out": left_out,
    }
    return Choice(found.parts, _why_not(demand, free=free, there=there, left_out=left_out), explanation)


@transaction.atomic
def keep(choice: Choice, *, order_number: str, channel: str, looks: int, now: datetime) -> None:
    """Remember what was chosen for an order, and that its nodes have one more to handle."""
    parts = choice.parts or []
    chosen = [dict(zip(("line_id", "sku", "node", "units"), part, strict=True)) for part in parts]
    row: dict[str, Any] = {"order_number": order_number, "channel": channel, "looks": looks, "at": now}
    row |= {"chosen": json.dumps(chosen), "explanation": json.dumps(choice.explanation)}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, row)
        cursor.execute(_COUNT, {**row, "nodes": sorted({node for _, _, node, _ in parts})})


def also_from(*, order_number: str, nodes: Collection[str], now: datetime) -> None:
    """More nodes send something of an order: each has one more to handle."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"order_number": order_number, "at": now, "nodes": list(nodes)})


def take_back(*, order_number: str) -> None:
    """The order is not sent after all: its nodes have one fewer to handle. What was decided stays readable."""
    SourcedFrom.objects.filter(order_number=order_number).delete()


def _eligible(
    there: Mapping[str, Mapping[str, int]],
    *,
    offers: Mapping[str, Offer],
    only: Collection[str] | None,
    without: Collection[str],
) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """What is free in nodes that may give it; and those that may not although they have some, each with the reason."""
    left_out: dict[str, str] = {}
    free: dict[str, dict[str, int]] = {sku: {} for sku in there}
    for sku, offer in offers.items():
        for at in offer.nodes:
            units = there[sku].get(at.node, 0)
            if not units:
                continue
            if at.node in without:
                left_out[at.node] = "it had none of it for this order, or sends some of it already"
            elif only is not None and at.node not in only:
                left_out[at.node] = "the order is collected elsewhere"
            elif at.excluded_because:
                left_out[at.node] = at.excluded_because
            elif only is None and not at.may_ship:
                left_out[at.node] = "it sends no parcels"
            elif only is not None and not at.may_pick_up:
                left_out[at.node] = "it hands nothing over"
            else:
                free[sku][at.node] = units
    return left_out, free


def _places(
    codes: Collection[str], *, near: tuple[float, float] | None, now: datetime
) -> tuple[list[Place], dict[str, str]]:
    """The nodes to choose from; and those that have all the orders they can handle today."""
    nodes = [node for code, node in catalog.nodes().items() if code in codes]
    today = queries.orders_today([node for node in nodes if node.orders_a_day is not None], now=now)
    places, full = [], {}
    for node in nodes:
        if node.orders_a_day is not None and today[node.code] >= node.orders_a_day:
            full[node.code] = f"it has the {node.orders_a_day} orders it can handle today"
        else:
            places.append(_place(node, near=near, today=today.get(node.code, 0)))
    return places, full


def _place(node: Node, *, near: tuple[float, float] | None, today: int) -> Place:
    return Place(
        code=node.code,
        rank=node.rank,
        distance_m=hours.distance_m(near, node.point) if near and node.point else None,
        orders_a_day=node.orders_a_day,
        orders_today=today,
        cost_minor=node.send_cost_minor,
    )


def _why_not(
    demand: Sequence[Demand],
    *,
    free: Mapping[str, Mapping[str, int]],
    there: Mapping[str, Mapping[str, int]],
    left_out: Mapping[str, str],
) -> str:
    short = decisions.short_of(demand, free=free)
    has = {node for sku in {sku for _, sku, _ in demand} for node in there.get(sku, {})}
    passed_over = [f"{node} has some, but {why}" for node, why in sorted(left_out.items()) if node in has]
    return "; ".join([*short, *passed_over[:5]])
