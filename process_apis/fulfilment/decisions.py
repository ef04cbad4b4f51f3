"""The rules: which rule counts where, what may be tried for missing units, whether goods are there. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

WAYS = ("resource", "substitute", "backorder", "cancel")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is tried in turn for missing units, and how long a node may take to say yes; where it counts."""

    ways: tuple[str, ...]
    acknowledge_min: int
    channel: str = ""
    node: str = ""
    node_kind: str = ""


OTHERWISE = Rule(ways=("resource", "backorder", "cancel"), acknowledge_min=240)  # where nobody has said anything


def ways_of(text: str) -> tuple[str, ...]:
    """The ways a rule names, in turn."""
    return tuple(dict.fromkeys(way.strip() for way in text.split(",") if way.strip()))


def rule_for(rules: Iterable[Rule], *, channel: str, node: str, node_kind: str) -> Rule:
    """The most specific rule of those in force; of two alike the later one."""
    fitting = [
        rule
        for rule in rules
        if rule.channel in ("", channel) and rule.node in ("", node) and rule.node_kind in ("", node_kind)
    ]
    return max(fitting, key=lambda r: (bool(r.node), bool(r.node_kind), bool(r.channel)), default=OTHERWISE)


def promise_day(supplies: Sequence[tuple[date | None, int]], *, units: int) -> date | None:
    """When so many units will have come in: `supplies` are (due day, units). None where nobody knows."""
    came = 0
    for due_on, count in sorted((s for s in supplies if s[0] is not None), key=lambda supply: str(supply[0])):
        came += count
        if came >= units:
            return due_on
    return None


@dataclass(frozen=True, slots=True)
class LinePart:
    """What some units of a line come to as a line of their own: price before discount, discount, tax in it or on it."""

    unit_price_minor: int
    discount_minor: int
    tax_minor: int


def instead(
    *,
    unit_price_minor: int,
    discount_minor: int,
    tax_minor: int,
    taxes_included: bool,
    quantity: int,
    before: int,
    units: int,
    substitute_price_minor: int,
) -> LinePart:
    """The terms on which `units` of a line are sent as another product: what was agreed, or less where that costs less.

    `before` are the units of the line that keep their share of its money, so that both together lose no cent.
    """

    def part(amount: int) -> int:
        return amount * (before + units) // quantity - amount * before // quantity

    price = unit_price_minor * units
    tax = part(tax_minor)
    paid = part(unit_price_minor * quantity - discount_minor + (0 if taxes_included else tax_minor))
    discount = max(0, price + (0 if taxes_included else tax) - paid)
    cheaper = max(0, min((unit_price_minor - substitute_price_minor) * units, price - discount))
    base = price - discount
    if cheaper and base:
        tax = tax * (base - cheaper) // base
    return LinePart(unit_price_minor, discount + cheaper, tax)
