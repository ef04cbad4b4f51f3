"""Tax rates by country, region and category, and the arithmetic of one line: whole minor units, half goes up.

A pretend engine with the standard and reduced rates of 2025; it invents no rate for a place or a code it does not know.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

RATES = {  # per cent: standard, reduced
    "AT": ("20", "10"), "BE": ("21", "6"), "CH": ("8.1", "2.6"), "DE": ("19", "7"), "DK": ("25", "25"),
    "ES": ("21", "10"), "FI": ("25.5", "14"), "FR": ("20", "5.5"), "GB": ("20", "5"), "HK": ("0", "0"),
    "IE": ("23", "13.5"), "IT": ("22", "10"), "LU": ("17", "8"), "NL": ("21", "9"), "PL": ("23", "8"),
    "PT": ("23", "13"), "SE": ("25", "12"),
}  # fmt: skip
US_RATES = {  # state rates only; of these Oregon and Delaware have none
    "CA": "7.25", "DE": "0", "FL": "6", "IL": "6.25", "MA": "6.25", "NJ": "6.625", "NY": "4", "OR": "0", "PA": "6",
    "TX": "6.25", "WA": "6.5",
}  # fmt: skip
CATEGORIES = {
    "standard": "standard", "shipping": "standard", "reduced": "reduced", "zero": "zero", "exempt": "zero",
    "P0000000": "standard", "PC040100": "standard", "FR010000": "standard", "FR020100": "standard",
    "PF050000": "reduced", "PB100000": "reduced", "NT": "zero",
}  # fmt: skip


class NoRate(Exception):
    """There is no rate for this place or this tax code. Never answered with a zero."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def rate_for(country: str, region: str, tax_code: str, *, codes: Mapping[str, str]) -> tuple[Decimal, str]:
    """The rate in per cent, and the jurisdiction it is of. Raises NoRate."""
    category = codes.get(tax_code) or CATEGORIES.get(tax_code)
    if category not in ("standard", "reduced", "zero"):
        raise NoRate("TaxCodeNotFound", f"There is no tax code {tax_code!r}.")
    if country == "US":
        state = region.upper().removeprefix("US-")
        if state not in US_RATES:
            raise NoRate("InvalidRegion", f"No rate for the state {region!r}; it takes one of {', '.join(US_RATES)}.")
        rate, jurisdiction = US_RATES[state], f"US-{state}"
    elif country in RATES:
        rate, jurisdiction = RATES[country][category == "reduced"], country
    else:
        raise NoRate("InvalidCountry", f"No rate for the country {country!r}.")
    return (Decimal(0) if category == "zero" else Decimal(rate)), jurisdiction


def tax_of(amount: int, rate: Decimal, *, included: bool) -> int:
    """The tax on an amount, or in it where it is included; both in minor units."""
    share = amount * rate / (100 + rate) if included else amount * rate / 100
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))
