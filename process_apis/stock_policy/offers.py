"""What a channel is offered of a sku: how many, when, from where, and why not from elsewhere. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from process_apis.stock_policy import decisions
from process_apis.stock_policy.decisions import BACKORDER, IN_STOCK, Figure, Goods, Incoming, Lot, Place, Term
from process_apis.stock_policy.models import PolicyKind
from process_apis.stock_policy.rules import Rules

DAYS_LOOKED_AT = 20  # arrivals after that many others promise nothing


@dataclass(frozen=True, slots=True)
class NodeOffer:
    """One node's part. `units` is 0 where it is excluded."""

    node: str
    name: str
    units: int
    may_ship: bool
    may_pick_up: bool
    pickup_today: bool
    excluded_because: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """The earliest day, and what it rests on: "in stock", "in transit", "on order" or "backorder"."""

    day: date
    basis: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a channel may sell of a sku now, what more it may take orders for, and the arithmetic of it."""

    sku: str
    available: int
    promise: Promise | None
    on_backorder: int
    nodes: tuple[NodeOffer, ...]
    terms: tuple[Term, ...] = ()

    def units_at(self, node: str) -> int:
        """What this node has, as the channel may know it."""
        return next((each.units for each in self.nodes if each.node == node), 0)


@dataclass(frozen=True, slots=True)
class Book:
    """Everything read for one question: goods, arrivals and lots as sku → node, bundles as bundle → part → units."""

    places: Mapping[str, Place]
    rules: Rules
    goods: Mapping[str, Mapping[str, Goods]]
    incoming: Mapping[str, Mapping[str, Sequence[Incoming]]] = field(default_factory=dict)
    bundles: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lots: Mapping[str, Mapping[str, Sequence[Lot]]] = field(default_factory=dict)

    def short_dated(self, sku: str, node: str, *, channel: str, on: date) -> int:
        """Units of a sku in a node that end too soon after a day to be sold through a channel."""
        lots = self.lots.get(sku, {}).get(node)
        if not lots:
            return 0
        kind = self.places[node].kind
        days = self.rules.units(PolicyKind.SHORT_DATED, sku=sku, node=node, node_kind=kind, channel=channel)
        return decisions.short_dated(lots, on=on, days=days)


def offer(sku: str, *, book: Book, channel: str, today: date) -> Offer:
    """What `channel` is offered of a sku; of a bundle, what its parts make."""
    parts = book.bundles.get(sku)
    if parts is None:
        return _of_sku(sku, book=book, channel=channel, today=today)
    return _of_bundle(sku, parts, book=book, channel=channel, today=today)


def _of_sku(sku: str, *, book: Book, channel: str, today: date) -> Offer:
    goods, incoming = book.goods.get(sku, {}), book.incoming.get(sku, {})
    nodes = tuple(
        _at_node(sku, place, goods.get(code, Goods()), book=book, channel=channel, today=today)
        for code, place in book.places.items()
        if code in goods or code in incoming
    )
    figure = _cut(sku, sum(each.units for each in nodes), rules=book.rules, channel=channel)
    selling = [each.node for each in nodes if not each.excluded_because]
    beyond = _backorder(sku, [goods.get(code, Goods()) for code in selling], rules=book.rules, channel=channel)
    promise = None
    if figure.units:
        days = [book.places[each.node].earliest for each in nodes if each.units]
        promise = Promise(min((day for day in days if day), default=today), IN_STOCK)
    elif incoming:
        promise = _expected(sku, selling, goods, incoming, book=book, channel=channel, today=today)
    if promise is None and beyond:
        days_it_takes = book.rules.units(PolicyKind.BACKORDER_DAYS, sku=sku, channel=channel)
        promise = Promise(today + timedelta(days=days_it_takes), BACKORDER)
    return Offer(sku, figure.units, promise, beyond, nodes, figure.terms)


def _at_node(sku: str, place: Place, goods: Goods, *, book: Book, channel: str, today: date) -> NodeOffer:
    rules = book.rules
    where = {"sku": sku, "node": place.code, "node_kind": place.kind, "channel": channel}
    because = decisions.excluded(
        place,
        eligible=rules.units(PolicyKind.ELIGIBILITY, **where) > 0,
        accuracy_floor=rules.units(PolicyKind.ACCURACY_FLOOR, **where),
    )
    safety, buffer = _kept(place, rules=rules, where=where)
    short = book.short_dated(sku, place.code, channel=channel, on=today)
    figure = decisions.ats(goods, safety=safety, buffer=buffer, short=short)
    units = 0 if because else figure.units
    return NodeOffer(
        node=place.code,
        name=place.name,
        units=units,
        may_ship=place.ships and not because,
        may_pick_up=place.offers_pickup and not because,
        pickup_today=place.pickup_today and units > 0,
        excluded_because=because,
        terms=figure.terms,
    )


def _kept(place: Place, *, rules: Rules, where: Mapping[str, str]) -> tuple[int, int]:
    """Safety stock and buffer of a node: the buffer grows while nobody has heard from it."""
    buffer = rules.units(PolicyKind.BUFFER, **where)
    if place.stale:
        buffer += rules.units(PolicyKind.STALE_BUFFER, **where)
    return rules.units(PolicyKind.SAFETY, **where), buffer


def _cut(sku: str, network: int, *, rules: Rules, channel: str) -> Figure:
    share = rules.units(PolicyKind.SHARE, sku=sku, channel=channel)
    return decisions.channel_figure(
        network, share=share, threshold=rules.units(PolicyKind.THRESHOLD, sku=sku, channel=channel)
    )


def _backorder(sku: str, goods: Sequence[Goods], *, rules: Rules, channel: str) -> int:
    if not any(each.backorder_limit for each in goods):
        return 0
    limit = rules.value(PolicyKind.BACKORDER, sku=sku, channel=channel)
    units = sum(decisions.on_backorder(each, limit=None) for each in goods)
    return units if limit is None else min(units, limit)


def _expected(
    sku: str,
    selling: Sequence[str],
    goods: Mapping[str, Goods],
    incoming: Mapping[str, Sequence[Incoming]],
    *,
    book: Book,
    channel: str,
    today: date,
) -> Promise | None:
    """The first day on which what arrives lets the channel sell again."""
    due, kept = {}, {}
    for code in selling:
        place = book.places[code]
        where = {"sku": sku, "node": code, "node_kind": place.kind, "channel": channel}
        percent = book.rules.units(PolicyKind.CONFIDENCE, **where)
        kept[code] = _kept(place, rules=book.rules, where=where)
        due[code] = [
            Incoming(each.kind, each.units, each.due_on, each.confidence_percent * percent // 100)
            for each in incoming.get(code, ())
            if each.due_on >= today  # what is late is promised again when somebody says a new day
        ]
    days = decisions.promise_days(today, [each for some in due.values() for each in some], most=DAYS_LOOKED_AT)
    for day, basis in days:
        network = sum(
            decisions.atp(
                goods.get(code, Goods()),
                safety=kept[code][0],
                buffer=kept[code][1],
                incoming=due[code],
                by=day,
                short=book.short_dated(sku, code, channel=channel, on=day),
            ).units
            for code in selling
        )
        if _cut(sku, network, rules=book.rules, channel=channel).units:
            return Promise(day, basis)
    return None


def _of_bundle(sku: str, parts: Mapping[str, int], *, book: Book, channel: str, today: date) -> Offer:
    """The scarcest part decides, as this channel may see it; a node has the bundle where it has all the parts."""
    of_parts = {part: _of_sku(part, book=book, channel=channel, today=today) for part in parts}
    made = decisions.bundles_of(parts, {part: each.available for part, each in of_parts.items()})
    share = book.rules.named(PolicyKind.SHARE, sku=sku, channel=channel)
    threshold = book.rules.named(PolicyKind.THRESHOLD, sku=sku, channel=channel)
    figure = decisions.channel_figure(made.units, share=100 if share is None else share, threshold=threshold or 0)
    promises = [each.promise for each in of_parts.values()]
    latest = None
    if all(promises):
        latest = max((each for each in promises if each), key=lambda promise: promise.day, default=None)
    beyond = decisions.bundles_of(parts, {part: each.available + each.on_backorder for part, each in of_parts.items()})
    codes = dict.fromkeys(each.node for some in of_parts.values() for each in some.nodes)
    nodes = tuple(_bundle_at(code, parts, of_parts) for code in codes)
    return Offer(sku, figure.units, latest, max(0, beyond.units - made.units), nodes, made.terms + figure.terms)


def _bundle_at(code: str, parts: Mapping[str, int], of_parts: Mapping[str, Offer]) -> NodeOffer:
    there = {part: next((n for n in each.nodes if n.node == code), None) for part, each in of_parts.items()}
    known = [each for each in there.values() if each is not None]
    made = decisions.bundles_of(parts, {part: each.units for part, each in there.items() if each})
    because = next((each.excluded_because for each in known if each.excluded_because), "")
    return NodeOffer(
        node=code,
        name=known[0].name,
        units=0 if because else made.units,
        may_ship=not because and all(each.may_ship for each in known),
        may_pick_up=not because and all(each.may_pick_up for each in known),
        pickup_today=made.units > 0 and all(each.pickup_today for each in known),
        excluded_because=because,
        terms=made.terms,
    )
