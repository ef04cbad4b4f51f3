"""What speaks against sending from a node, each as points: the fewer, the better. Pure.

A rule judges one node for one order; a combination of nodes has the points of all of them. To add a rule, write a
function here under a new name: it can then be chosen in the admin.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

UNKNOWN_KM = 20_000  # half way round the earth: where a node lies is not known
MOST_POINTS = 10**6  # of one rule; more says no more


@dataclass(frozen=True, slots=True)
class Place:
    """A node as sourcing sees it. No `distance_m`: not known; no `orders_a_day`: it can handle any number."""

    code: str
    rank: int = 0
    distance_m: int | None = None
    orders_a_day: int | None = None
    orders_today: int = 0
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class Weighted:
    """A rule in use. Rules of a lower `order` decide first; those of one order are added up by weight."""

    rule: str
    weight: int = 1
    order: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """`points(place, wanted, there)`: `wanted` is sku → units of the order, `there` what the node has of them."""

    points: Callable[[Place, Mapping[str, int], Mapping[str, int]], int]
    explains: str


def _split(place: Place, wanted: Mapping[str, int], there: Mapping[str, int]) -> int:
    return 1


def _distance(place: Place, wanted: Mapping[str, int], there: Mapping[str, int]) -> int:
    return UNKNOWN_KM if place.distance_m is None else place.distance_m // 1000


def _stock_depth(place: Place, wanted: Mapping[str, int], there: Mapping[str, int]) -> int:
    taken = [min(wanted[sku], units) * 100 // units for sku, units in there.items() if units > 0]
    return sum(taken) // len(taken) if taken else 0


def _capacity(place: Place, wanted: Mapping[str, int], there: Mapping[str, int]) -> int:
    return place.orders_today * 100 // place.orders_a_day if place.orders_a_day else 0


def _cost(place: Place, wanted: Mapping[str, int], there: Mapping[str, int]) -> int:
    return place.cost_minor


def _rank(place: Place, wanted: Mapping[str, int], there: Mapping[str, int]) -> int:
    return max(0, place.rank)


RULES: dict[str, Rule] = {
    "split": Rule(_split, "one point for each parcel"),
    "distance": Rule(_distance, "kilometres to where the order goes; the same for all while that is not known"),
    "stock_depth": Rule(_stock_depth, "how much of what the node has the order would take, in percent"),
    "capacity": Rule(_capacity, "how much of the orders it can handle in a day it has, in percent"),
    "cost": Rule(_cost, "what a parcel from there costs, in smallest units of the currency"),
    "rank": Rule(_rank, "the node's rank"),
}
DEFAULT = (Weighted("split", order=1), Weighted("rank", order=2))  # where nobody has said otherwise


def points_of(place: Place, *, rule: str, wanted: Mapping[str, int], there: Mapping[str, int]) -> int:
    """The points of one node by one rule, within bounds."""
    return min(MOST_POINTS, max(0, RULES[rule].points(place, wanted, there)))
