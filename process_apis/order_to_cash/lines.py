"""The rule of each kind of line. Pure.

goods                 reserved, sent, billed with their parcel
gift_wrap, fee        no stock: billed, cancelled and returned with their goods, to their own revenue account
free_gift             reserved and sent; costs us, earns nothing
bundle                price on its line, stock on its parts; revenue shared by what the parts cost alone
pre_order             promised against what is ordered for us; money is taken when it leaves, not before its day
age_restricted        a limit of the catalog: whoever hands it over checks the age, so somebody has to be there
subscription_renewal  goods, with the contract they renew
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from canonical.money import Money
from canonical.order import LineKind
from process_apis.order_to_cash.decisions.acceptance import Missing

GOODS_REVENUE = "REV"
_SERVICES = {LineKind.GIFT_WRAP, LineKind.FEE}


@dataclass(frozen=True, slots=True)
class Sold:
    """A line and what the catalog says of its sku."""

    line_id: str
    sku: str
    kind: LineKind
    net_minor: int
    contract: str
    product_kind: str
    released_on: date | None


def kind_of(line: Sold, *, on: date) -> LineKind:
    """What the line is. The catalog knows what has no stock and what is not out yet; the price tells what is free."""
    if line.product_kind in _SERVICES:
        return LineKind(line.product_kind)
    if line.kind in _SERVICES:
        return line.kind
    if line.contract:
        return LineKind.SUBSCRIPTION_RENEWAL
    if line.released_on and line.released_on > on:
        return LineKind.PRE_ORDER
    if line.kind != LineKind.GOODS:
        return line.kind
    return LineKind.GOODS if line.net_minor else LineKind.FREE_GIFT


def goods_of(line_id: str, said: str, kinds: Mapping[str, LineKind]) -> str:
    """The line of goods that a service is for: the one that was said, or the only one there is; "" for all of them."""
    goods = [name for name, kind in kinds.items() if kind not in _SERVICES]
    if kinds[line_id] not in _SERVICES:
        return ""
    return said if said in goods else goods[0] if len(goods) == 1 else ""


def revenue_of(role: str, parts: Sequence[tuple[str, int]] = ()) -> dict[str, int]:
    """Which accounts earn a line, by weight. `parts` of a bundle are (role, what they cost alone)."""
    weights: dict[str, int] = {}
    for part_role, alone in parts:
        weights[part_role] = weights.get(part_role, 0) + alone
    return weights if any(weights.values()) else {role: 1}


def earned(lines: Iterable[tuple[int, Mapping[str, int]]], *, currency: str) -> dict[str, int]:
    """What each account earns of lines (net before discount, weights); nothing is lost in the sharing."""
    found: dict[str, int] = {}
    for net_minor, given in lines:
        weights = given or {GOODS_REVENUE: 1}
        shares = Money(minor=net_minor, currency=currency).split(list(weights.values()))
        for role, share in zip(weights, shares, strict=True):
            found[role] = found.get(role, 0) + share.minor
    return found


def wants_person_there(ages: Mapping[str, int], *, node: str, attended: bool) -> list[Missing]:
    """Skus with an age limit that are to be collected where nobody can check it; `ages` is sku → age."""
    if attended:
        return []
    return [
        Missing(
            f"sku {sku!r} may be handed over from the age of {age} on, and nobody is at {node} to check",
            f"have it sent or collected at an attended store, or take {sku!r} off the order",
        )
        for sku, age in ages.items()
        if age
    ]


def nothing_to_send(kinds: Sequence[LineKind]) -> list[Missing]:
    """Gift wrap and fees are billed with goods; alone nobody would ever bill them."""
    if any(kind not in _SERVICES for kind in kinds):
        return []
    return [Missing("the order has no goods, only services", "add the goods they are for at the channel, or cancel it")]


def instructions(kinds: Iterable[LineKind], *, min_age: int) -> tuple[str, ...]:
    """What whoever sends the goods is to mind."""
    found = ["Gift wrap it."] if LineKind.GIFT_WRAP in kinds else []
    return (*found, *([f"Hand over only against proof of age: {min_age} or older."] if min_age else []))
