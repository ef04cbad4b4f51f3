"""What a return is worth. Amounts are smallest units of the order's currency.

Shares are taken so that what all units of a line get back adds up to what was paid for them, to the cent, in however
many returns they come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from process_apis.return_to_refund.decisions.allowed import Asked, Policy, Sold


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
    kept_terms: Sequence[tuple[str, int]] = (),
    services: tuple[int, int] = (0, 0),
) -> Worth:
    """What comes back is worth what was paid for it, less fees. `shipping_*` is what was paid and not yet given back.

    Gift wrap and fees for a line are given back as shipping is: with the last unit of the line, never, or always, by
    units. Those that are for no line in particular, `services` without tax and their tax, go with the last of all.
    `kept_terms` are, below zero, what of a bundle stays with the customer, and of a promotion that the rest of the
    order does not earn any more (see `promotions`); no more of it is kept than there is to pay back.
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
    kept = min(staying, before_clawback)
    terms = [*kept_terms, ("no more than there is to give back", staying - kept)]
    told = [*_arithmetic(lines, shipping, shipping_tax), *(term for term in terms if term[1])]
    return Worth(tuple(lines), shipping, shipping_tax, kept, tuple(told))


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


def _arithmetic(lines: Sequence[LineWorth], shipping: int, shipping_tax: int) -> list[tuple[str, int]]:
    terms = [
        (f"{line.units} x {line.sku} as paid", line.net_minor + line.tax_minor - line.service_minor) for line in lines
    ]
    terms += [(f"gift wrap and fees with {line.sku}", line.service_minor) for line in lines if line.service_minor]
    terms += [(f"fee for the condition of {line.sku}", -line.fee_minor) for line in lines if line.fee_minor]
    terms += [("shipping", shipping + shipping_tax)] if shipping + shipping_tax else []
    return terms


def share(amount_minor: int, *, of: int, before: int, now: int) -> int:
    """What `now` units of `of` carry of an amount when `before` have come back: the parts add up to the whole."""
    return amount_minor * (before + now) // of - amount_minor * before // of
