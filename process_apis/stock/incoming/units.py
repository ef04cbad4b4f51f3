"""From the unit of measure a source counts in to the product's own: by the product's packs first, else by nature."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction

from process_apis.stock.models import PackUnit

# Units that convert for every product: what they measure, and how much of it.
BY_NATURE: Mapping[str, tuple[str, int]] = {
    "EA": ("pieces", 1),
    "C62": ("pieces", 1),
    "PR": ("pieces", 2),
    "DZN": ("pieces", 12),
    "GRM": ("mass", 1),
    "KGM": ("mass", 1000),
}
WHOLE_ONLY = {"EA", "C62", "PR", "SET"}  # half of one is not a thing
Packs = Mapping[tuple[str, str], int]


def packs(skus: Collection[str]) -> Packs:
    """How many of its own unit a pack of a product holds: (sku, unit of the pack) → units."""
    rows = PackUnit.objects.filter(sku__in=skus).values_list("sku", "unit", "units")
    return {(sku, unit): units for sku, unit, units in rows}


def converted(
    quantity: int | Decimal, *, given: str, product: str, sku: str = "", packs: Packs | None = None
) -> int | None:
    """Units in the product's own unit of measure; None where the two do not convert, or not to a whole number."""
    if given in ("", product):
        return _whole(Fraction(quantity))
    if packs and (sku, given) in packs:
        return _whole(Fraction(quantity) * packs[sku, given])
    if given not in BY_NATURE or product not in BY_NATURE:
        return None
    (measures, size), (wanted, own_size) = BY_NATURE[given], BY_NATURE[product]
    return _whole(Fraction(quantity) * size / own_size) if measures == wanted else None


def _whole(quantity: Fraction) -> int | None:
    return quantity.numerator if quantity.denominator == 1 else None
