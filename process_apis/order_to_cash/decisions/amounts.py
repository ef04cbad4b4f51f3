"""What a parcel carries of an order: of its bundles, of the money of a line, and of the tenders that pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def complete(parts: Mapping[str, tuple[int, int]], *, units: int) -> int:
    """How many of `units` bundles have left whole. `parts`: sku → (promised for all of them, left so far)."""
    return min((left * units // promised for promised, left in parts.values()), default=0)


def share(amount_minor: int, *, of: int, before: int, now: int) -> int:
    """What `now` units of a line of `of` carry of an amount, when `before` have left: the parts add up to the whole."""
    return amount_minor * (before + now) // of - amount_minor * before // of


@dataclass(frozen=True, slots=True)
class LineMoney:
    """A line's money without tax: price before discount, the discount, and the tax on the rest."""

    net_minor: int
    discount_minor: int
    tax_minor: int


def line_money(*, price_minor: int, discount_minor: int, tax_minor: int, taxes_included: bool) -> LineMoney:
    """Take the tax out of a line whose prices contain it; the discount loses its part of the tax too."""
    if not taxes_included:
        return LineMoney(price_minor, discount_minor, tax_minor)
    paid = price_minor - discount_minor
    without_tax = paid - tax_minor
    discount = discount_minor if paid == 0 else discount_minor * without_tax // paid
    return LineMoney(without_tax + discount, discount, tax_minor)


def part_of(whole: LineMoney, *, of: int, before: int, now: int) -> LineMoney:
    """What `now` units of a line of `of` carry of its money, when `before` have left. Parts add up to the whole.

    What is paid is shared first and tax out of it, so that one of three at 166.99 comes to 166.99 and not to the sum of
    two figures that were each cut short.
    """
    paid, discount, tax = (
        share(amount, of=of, before=before, now=now)
        for amount in (whole.net_minor - whole.discount_minor + whole.tax_minor, whole.discount_minor, whole.tax_minor)
    )
    return LineMoney(paid - tax + discount, discount, tax)


def draw(total_minor: int, *, tenders: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Which payment pays how much of a parcel: `tenders` are (payment id, what is left of it), used in that order."""
    parts: dict[int, int] = {}
    for payment, left in tenders:
        part = min(left, total_minor)
        if part:
            parts[payment] = part
            total_minor -= part
    if total_minor:
        raise ValueError(f"the tenders of the order do not cover its parcel: {total_minor} smallest units are missing")
    return parts
