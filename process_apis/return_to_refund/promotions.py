"""What a return loses of the promotions of its order, with the arithmetic that is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.orders.models import Order, OrderLine
from process_apis.return_to_refund.decisions import promotions
from process_apis.return_to_refund.decisions.allowed import Asked, Sold
from process_apis.return_to_refund.decisions.promotions import Bought


def lost(order: Order, asked: Sequence[Asked], *, sold: Mapping[str, Sold]) -> list[tuple[str, int]]:
    """Terms of the refund: below zero what is not earned any more, above it what an earlier return had lost."""
    goods = [line for line in order.lines.all() if not line.is_service]
    codes = {line.promotion for line in goods if line.promotion}
    earned_from = catalog.earned_from(codes, channel=order.channel, currency=order.currency) if codes else {}
    terms = []
    for code, from_minor in sorted(earned_from.items()):
        before = [_bought(line, sold[line.line_id], code) for line in goods]
        after = [replace(line, returned=line.returned + _coming(asked, line.line_id)) for line in before]
        if minor := promotions.lost(before, after, from_minor=from_minor):
            left, needed = (Money(minor=m, currency=order.currency) for m in (promotions.stays(after), from_minor))
            terms.append((_words(code, str(left), str(needed), loses=minor > 0), -minor))
    return terms


def _bought(line: OrderLine, sold: Sold, code: str) -> Bought:
    units = line.quantity - line.cancelled
    off = line.discount_minor * units // line.quantity if line.promotion == code else 0
    if off and not line.order.taxes_included and sold.net_minor:  # it has taken its part of the tax off too
        off = off * (sold.net_minor + sold.tax_minor) // sold.net_minor
    return Bought(line.line_id, units, line.returned, line.unit_price_minor, off)


def _coming(asked: Sequence[Asked], line_id: str) -> int:
    return sum(ask.units for ask in asked if ask.line_id == line_id)


def _words(code: str, left: str, needed: str, *, loses: bool) -> str:
    if loses:
        return f"{code} not earned any more: goods for {left} stay, {needed} are needed"
    return f"{code}: what an earlier return had lost of it, for goods that come back now"
