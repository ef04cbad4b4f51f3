"""Read Shopify's loose JSON with care, and remember everything that is wrong, so that a person hears it all at once."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from canonical.money import Money
from system_apis.errors import Incomplete

_TOLD_AT_ONCE = 20


class Reading:
    """The reading of one document: values come out, complaints pile up, `finish` raises them together."""

    def __init__(self, what: str, currency: str) -> None:
        self.what = what
        self.wrong: list[str] = []
        try:
            self.currency = Money.zero(currency).currency
        except ValueError:
            self.wrong.append(f"currency: {currency!r} is not a currency of ISO 4217")
            self.currency = "EUR"  # only to read on and hear of the rest; nothing of it is used

    def money(self, value: Any, where: str) -> Money:
        """An amount: text such as "19.99", or a JSON number. A wrong one is complained of and counts as nothing."""
        plain = format(value, "f") if isinstance(value, Decimal) and value.is_finite() else value
        try:
            if isinstance(plain, bool) or not isinstance(plain, str | int):
                raise ValueError("it is missing" if plain is None else f"{str(plain)[:24]!r} is not an amount")
            return Money.of(str(plain), self.currency)
        except ValueError as wrong:
            self.wrong.append(f"{where}: {_reason(wrong)}")
            return Money.zero(self.currency)

    def units(self, value: Any, where: str) -> int:
        """A count of things, zero included."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000:
            return value
        self.wrong.append(f"{where}: {str(value)[:24]!r} is not a number of units")
        return 0

    def finish(self) -> None:
        """Raises Incomplete naming each thing that is missing or wrong."""
        if self.wrong:
            told, rest = self.wrong[:_TOLD_AT_ONCE], len(self.wrong) - _TOLD_AT_ONCE
            raise Incomplete(self.what, [*told, f"and {rest} more"] if rest > 0 else told)


def text(value: Any, longest: int = 200) -> str:
    """Text of at most `longest` characters on one line; nothing for null."""
    plain = "".join(char if char.isprintable() else " " for char in str(value if value is not None else ""))
    return plain.strip()[:longest]


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; nothing for null or anything else."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def an_object(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def _reason(wrong: ValueError) -> str:
    return str(wrong).splitlines()[0][:160]
