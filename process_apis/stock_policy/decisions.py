"""What a channel may sell, in whole units. Pure: goods, rules and days in; figures that say how they came about out.

Policies only lower what the stock book holds free. What an order is promised is checked by the book itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Term = tuple[str, int]
IN_STOCK, BACKORDER = "in stock", "backorder"
COUNT_STAYS_GOOD_DAYS, VARIANCES_KEPT_DAYS = 30, 90


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of units and the terms it is made of, in order, the last cut included."""

    units: int
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Goods:
    """One sku in one node, as the stock book has it."""

    on_hand: int = 0
    quarantine: int = 0
    damaged: int = 0
    display: int = 0
    allocated: int = 0
    reserved: int = 0
    backorder_limit: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """Goods that are to reach a node. `kind` is "in transit" or "on order"."""

    kind: str
    units: int
    due_on: date
    confidence_percent: int = 100


@dataclass(frozen=True, slots=True)
class Lot:
    """A part of what is on hand, and the last day it is good."""

    units: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class Place:
    """A node at this moment. `closed` says why it sells nothing, "" if it may; `earliest`: when goods can leave."""

    code: str
    name: str = ""
    kind: str = "warehouse"
    ships: bool = True
    offers_pickup: bool = False
    pickup_today: bool = False
    earliest: date | None = None
    closed: str = ""
    stale: bool = False
    accuracy: int | None = None  # nobody has looked yet


def ats(goods: Goods, *, safety: int, buffer: int, short: int = 0) -> Figure:
    """What one node has to sell through a channel now. `short` are units that end too soon."""
    terms = _taken(goods, safety=safety, buffer=buffer, short=short)
    return Figure(max(0, sum(units for _, units in terms)), terms)


def atp(goods: Goods, *, safety: int, buffer: int, incoming: Iterable[Incoming], by: date, short: int = 0) -> Figure:
    """What the node will have by a day: what is due until then counts at its confidence, rounded down."""
    terms = _taken(goods, safety=safety, buffer=buffer, short=short)
    coming = [(each.kind, each.units * each.confidence_percent // 100) for each in incoming if each.due_on <= by]
    terms += tuple(term for term in coming if term[1])
    return Figure(max(0, sum(units for _, units in terms)), terms)


def short_dated(lots: Iterable[Lot], *, on: date, days: int) -> int:
    """Units that are good for fewer than `days` after a day, and those that are good no more.

    All of them count, though a promise may be for some: the figure is too low then, never too high.
    """
    return sum(lot.units for lot in lots if lot.expires_on < on + timedelta(days=days))


def on_backorder(goods: Goods, *, limit: int | None) -> int:
    """Units the book would promise beyond what is there, no more than a policy's limit."""
    sellable = max(0, goods.on_hand - goods.quarantine - goods.damaged - goods.display)
    beyond = goods.backorder_limit + min(0, sellable - goods.reserved - goods.allocated)
    return max(0, beyond if limit is None else min(beyond, limit))


def excluded(place: Place, *, eligible: bool, accuracy_floor: int) -> str:
    """Why a node does not sell this through a channel; "" if it does."""
    if place.closed:
        return place.closed
    if not eligible:
        return "kept from this channel by a policy"
    if place.accuracy is not None and place.accuracy < accuracy_floor:
        return f"its stock is not trusted: accuracy {place.accuracy} of {accuracy_floor} asked for"
    return ""


def channel_figure(network: int, *, share: int, threshold: int) -> Figure:
    """What a channel shows of the network's units: its share, rounded down; nothing below the threshold."""
    shown = max(0, network) * share // 100
    terms: tuple[Term, ...] = (("all nodes", network),)
    if share != 100:
        terms += ((f"share of {share} %", shown - network),)
    if shown and shown < threshold:
        return Figure(0, (*terms, (f"below the threshold of {threshold}", -shown)))
    return Figure(shown, terms)


def bundles_of(parts: Mapping[str, int], units: Mapping[str, int]) -> Figure:
    """How many bundles the parts make: the scarcest decides. `parts` is part → units of it in one bundle."""
    made = [(part, units.get(part, 0) // each) for part, each in sorted(parts.items())]
    return Figure(min((count for _, count in made), default=0), tuple((f"bundles by {part}", n) for part, n in made))


def accuracy_score(*, positions: int, counted: int, mean_age_days: int, variances: int) -> Figure:
    """How far the book of a node is to be trusted, 0 to 100: how old its counts are, and how wrong it was found to be.

    `counted` of its positions were ever counted, on average `mean_age_days` ago; `variances` were found of late.
    """
    if positions <= 0:
        return Figure(100, (("nothing there to be wrong", 100),))
    terms = (
        ("trusted", 100),
        ("never counted", -30 * (positions - counted) // positions),
        (f"days since counted beyond {COUNT_STAYS_GOOD_DAYS}", -min(60, max(0, mean_age_days - COUNT_STAYS_GOOD_DAYS))),
        ("variances in a hundred positions", -min(60, variances * 100 // positions)),
    )
    return Figure(max(0, sum(points for _, points in terms)), terms)


def promise_days(today: date, incoming: Sequence[Incoming], *, most: int) -> list[tuple[date, str]]:
    """The days on which there may be more to sell, each with what arrives then: in transit goes before on order."""
    due: dict[date, str] = {}
    for each in incoming:
        if each.due_on >= today and each.units and due.get(each.due_on) != "in transit":
            due[each.due_on] = each.kind
    return sorted(due.items())[:most]


def _taken(goods: Goods, *, safety: int, buffer: int, short: int) -> tuple[Term, ...]:
    terms: tuple[Term, ...] = (
        ("on hand", goods.on_hand),
        ("quarantine", -goods.quarantine),
        ("damaged", -goods.damaged),
        ("display", -goods.display),
        ("allocated", -goods.allocated),
        ("reserved", -goods.reserved),
        ("safety", -safety),
        ("buffer", -buffer),
    )
    sellable = max(0, goods.on_hand - goods.quarantine - goods.damaged - goods.display)
    return (*terms, ("short-dated", -min(short, sellable))) if short else terms
