"""What may come back, and what stands against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Sold:
    """An order line as it was sold: what left, what came back already, and the money of the units that left.

    `net_minor` is after the allocated discount and without tax; `returnable` is False for what is final sale.
    `back_*` is what earlier returns were credited for its units; `window_days` goes before the policy's own.
    `service_*` is what was billed for gift wrap and fees that are for this line; one `is_service` never comes back.
    """

    line_id: str
    sku: str
    quantity: int
    shipped: int
    returned: int
    net_minor: int
    tax_minor: int
    delivered_on: date | None = None
    returnable: bool = True
    cancelled: int = 0
    back_net_minor: int = 0
    back_tax_minor: int = 0
    window_days: int | None = None
    service_net_minor: int = 0
    service_tax_minor: int = 0
    is_service: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to give back. `part` is a sku of which the line's bundle is made, where only that comes."""

    line_id: str
    units: int
    condition: str = "new"
    serial: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What finance allows. Percentages are whole; `fee_percent` is by condition, 0 where it is not named."""

    window_days: int = 30
    conditions: tuple[str, ...] = ("new", "opened", "worn", "damaged")
    fee_percent: Mapping[str, int] = field(default_factory=dict)
    shipping: str = "whole"  # "whole": with the last unit of the order; "never"; "always"; services alike, see `worth`
    approval_above_minor: int = 50_000
    elsewhere_above_minor: int = 1_000_000  # by transfer or in cash, for one customer and month
    often: int = 0  # with so many returns in a month somebody else agrees; 0: never for that


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line cannot come back: which of the lines asked, the rule, and the words for it."""

    place: int
    rule: str
    why: str


def refusals(asked: Sequence[Asked], *, sold: Mapping[str, Sold], policy: Policy, today: date) -> list[Refusal]:
    """Everything that stands against a return, all at once; nothing if it may come back."""
    found: list[Refusal] = []
    wanted: dict[str, int] = {}
    for place, ask in enumerate(asked):
        line = sold.get(ask.line_id)
        if line is None:
            found.append(Refusal(place, "unknown-line", f"the order has no line {ask.line_id!r}"))
            continue
        wanted[ask.line_id] = wanted.get(ask.line_id, 0) + ask.units
        found += [Refusal(place, rule, why) for rule, why in _against(ask, line, wanted[ask.line_id], policy, today)]
    return found


def _against(ask: Asked, line: Sold, units: int, policy: Policy, today: date) -> list[tuple[str, str]]:
    left = line.shipped - line.returned
    found = []
    if ask.units < 1:
        found.append(("units", "at least one unit comes back"))
    if line.cancelled == line.quantity:
        found.append(("cancelled", f"line {line.line_id} was cancelled; nothing of it can come back"))
    elif line.shipped == 0:
        found.append(("not-shipped", f"line {line.line_id} has not left; cancel it instead"))
    elif units > left:
        found.append(("more-than-bought", f"{units} of line {line.line_id} cannot come back: {left} of it can"))
    if not line.returnable:
        found.append(("final-sale", f"{line.sku} was sold without the right to return it"))
    if ask.condition not in policy.conditions:
        found.append(("condition", f"{ask.condition!r} is no condition; one of {', '.join(policy.conditions)}"))
    days = policy.window_days if line.window_days is None else line.window_days
    if line.delivered_on and today > (last := line.delivered_on + timedelta(days=days)):
        found.append(("window", f"line {line.line_id} could come back until {last:%Y-%m-%d}"))
    return found
