"""What may come back, what it is worth, and how the money goes. Pure: values in, values out.

Amounts are smallest units of the order's currency. Shares are taken so that what all units of a line get back adds up
to what was paid for them, to the cent, in however many returns they come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class LineWorth:
    """What units of a line were paid for, and the fee that is kept of it. `service_minor` of it is for services."""

    line_id: str
    sku: str
    units: int
    net_minor: int
    tax_minor: int
    fee_minor: int
    service_minor: int = 0


@dataclass(frozen=True, slots=True)
class Worth:
    """What a return comes to, and the arithmetic in words. `total_minor` is what the customer gets."""

    lines: tuple[LineWorth, ...]
    shipping_minor: int
    shipping_tax_minor: int
    clawback_minor: int
    arithmetic: tuple[tuple[str, int], ...]

    @property
    def net_minor(self) -> int:
        return sum(line.net_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.lines)

    @property
    def fee_minor(self) -> int:
        return sum(line.fee_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        paid = self.net_minor + self.tax_minor + self.shipping_minor + self.shipping_tax_minor
        return paid - self.fee_minor - self.clawback_minor


def worth(
    asked: Sequence[Asked],
    *,
    sold: Mapping[str, Sold],
    policy: Policy,
    shipping_minor: int = 0,
    shipping_tax_minor: int = 0,
    clawback_minor: int = 0,
    kept_terms: Sequence[tuple[str, int]] = (),
    services: tuple[int, int] = (0, 0),
) -> Worth:
    """What comes back is worth what was paid for it, less fees. `shipping_*` is what was paid and not yet given back.

    Gift wrap and fees for a line are given back as shipping is: with the last unit of the line, never, or always, by
    units. Those that are for no line in particular, `services` without tax and their tax, go with the last of all.
    `clawback_minor` is the promotion that the rest of the order does not earn any more (see `clawback`); no more of it
    is kept than there is to pay back. `kept_terms` are what of a bundle stays with the customer, below zero.
    """
    lines, came = [], {line_id: line.returned for line_id, line in sold.items()}
    back = {line_id: (line.back_net_minor, line.back_tax_minor) for line_id, line in sold.items()}
    for ask in asked:
        line = sold[ask.line_id]
        until = came[ask.line_id] + ask.units
        net_back, tax_back = back[ask.line_id]
        service_net, service_tax = _of_services(line, until=until, policy=policy)
        before_net, before_tax = _of_services(line, until=came[ask.line_id], policy=policy)
        # of the price with tax first: half of two boots at 9.00 is 9.00, though neither half of its parts is whole
        tax_until = line.tax_minor * until // line.shipped
        net_until = (line.net_minor + line.tax_minor) * until // line.shipped - tax_until
        net, tax = net_until + service_net - net_back, tax_until + service_tax - tax_back
        back[ask.line_id] = (net_back + net, tax_back + tax)
        service = service_net + service_tax - before_net - before_tax
        fee = (net + tax - service) * policy.fee_percent.get(ask.condition, 0) // 100
        lines.append(LineWorth(line.line_id, line.sku, ask.units, net, tax, fee, service))
        came[ask.line_id] += ask.units
    goods = {line_id: line for line_id, line in sold.items() if not line.is_service}
    last = all(came[line_id] >= line.quantity - line.cancelled for line_id, line in goods.items())
    if last and lines and policy.shipping != "never":
        net, tax = services
        end = lines[-1]
        lines[-1] = replace(
            end,
            net_minor=end.net_minor + net,
            tax_minor=end.tax_minor + tax,
            service_minor=end.service_minor + net + tax,
        )
    ships = policy.shipping == "always" or (policy.shipping == "whole" and last)
    shipping, shipping_tax = (shipping_minor, shipping_tax_minor) if ships else (0, 0)
    before_clawback = sum(line.net_minor + line.tax_minor - line.fee_minor for line in lines) + shipping + shipping_tax
    staying = -sum(minor for _, minor in kept_terms)
    kept = max(0, min(clawback_minor + staying, before_clawback))
    terms = [*kept_terms, ("no more than there is to give back", clawback_minor + staying - kept)] if staying else []
    told = _arithmetic(lines, shipping, shipping_tax, kept if not staying else clawback_minor)
    terms = [term for term in terms if term[1]]
    return Worth(tuple(lines), shipping, shipping_tax, kept, (*told, *terms))


def _of_services(line: Sold, *, until: int, policy: Policy) -> tuple[int, int]:
    """What goes back of gift wrap and fees for a line once so many of its units have come back."""
    if policy.shipping == "always":
        return line.service_net_minor * until // line.shipped, line.service_tax_minor * until // line.shipped
    if policy.shipping == "whole" and until >= line.quantity - line.cancelled:
        return line.service_net_minor, line.service_tax_minor
    return 0, 0


def capped(found: Worth, *, most_minor: int) -> Worth:
    """All returns of an order together give no more than it was billed: a goodwill given before counts towards that."""
    beyond = found.total_minor - max(0, most_minor)
    if beyond <= 0:
        return found
    return replace(
        found,
        clawback_minor=found.clawback_minor + beyond,
        arithmetic=(*found.arithmetic, ("given before, beyond the goods", -beyond)),
    )


def _arithmetic(
    lines: Sequence[LineWorth], shipping: int, shipping_tax: int, clawback: int
) -> tuple[tuple[str, int], ...]:
    terms = [
        (f"{line.units} x {line.sku} as paid", line.net_minor + line.tax_minor - line.service_minor) for line in lines
    ]
    terms += [(f"gift wrap and fees with {line.sku}", line.service_minor) for line in lines if line.service_minor]
    terms += [(f"fee for the condition of {line.sku}", -line.fee_minor) for line in lines if line.fee_minor]
    terms += [("shipping", shipping + shipping_tax)] if shipping + shipping_tax else []
    terms += [("promotion not earned any more", -clawback)] if clawback else []
    return tuple(terms)


def clawback(*, threshold_minor: int, discount_minor: int, kept_minor: int, taken_back_minor: int = 0) -> int:
    """How much of a "so much off from so much on" is lost when what is kept falls below its threshold.

    `taken_back_minor` is what earlier returns have lost of it already, or given back with the lines themselves.
    """
    return max(0, discount_minor - taken_back_minor) if kept_minor < threshold_minor else 0


@dataclass(frozen=True, slots=True)
class Paid:
    """One taking of a tender: what was taken and is not given back, on its way back, or disputed.

    `restores` says how money can go back to it: original, gift_card, store_credit, channel, cash, claim, none.
    """

    payment: int
    kind: str
    left_minor: int
    restores: str
    taken_reference: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One part of a refund: to which tender (None: to none of the order's), how, how much."""

    payment: int | None
    way: str
    amount_minor: int
    taken_reference: str = ""


def ways(total_minor: int, *, paid: Sequence[Paid], instead: str = "store_credit") -> list[Way]:
    """Split a refund over the tenders in the order given; what cannot go back to one goes the way `instead`.

    Never more to a tender than was taken with it. Raises ValueError when all of them together were not paid so much.
    """
    left, found = total_minor, []
    for tender in paid:
        part = min(left, tender.left_minor)
        if part > 0:
            way = instead if tender.restores == "none" else tender.restores
            found.append(Way(tender.payment, way, part, tender.taken_reference))
            left -= part
    if left > 0:
        raise ValueError(f"{left} smallest units more than was paid with all tenders and not given back yet")
    return found


def takings(takings: Sequence[tuple[str, int]], *, given_minor: int) -> list[tuple[str, int]]:
    """What is left of each taking of a tender, (reference, amount), after `given_minor` went back, the first first."""
    found = []
    for reference, minor in takings:
        gone = min(given_minor, minor)
        given_minor -= gone
        if minor > gone:
            found.append((reference, minor - gone))
    return found


def share(amount_minor: int, *, of: int, before: int, now: int) -> int:
    """What `now` units of `of` carry of an amount when `before` have come back: the parts add up to the whole."""
    return amount_minor * (before + now) // of - amount_minor * before // of
