"""Money in the smallest unit of its currency (ISO 4217). No float ever comes near it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Self

from iso4217 import Currency
from pydantic import AfterValidator, Field

from canonical.value import Value

_EXPONENTS = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}


def _known_currency(code: str) -> str:
    if code not in _EXPONENTS:
        raise ValueError(f"{code!r} is not a currency of ISO 4217")
    return code


CurrencyCode = Annotated[str, AfterValidator(_known_currency)]
Minor = Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)]


class Money(Value):
    """An amount of one currency, counted in its smallest unit: Money(minor=1999, currency="EUR") is 19.99 euro."""

    minor: Minor
    currency: CurrencyCode

    @classmethod
    def of(cls, amount: str | Decimal, currency: str) -> Self:
        """Read "19.99". Raises ValueError for a fraction the currency does not have, a float, or an exponent."""
        if not isinstance(amount, str | Decimal):
            raise ValueError("an amount is text like '19.99', not a number")
        text = str(amount).strip()
        if (
            not text.removeprefix("-").replace(".", "", 1).isascii()
            or not text.removeprefix("-").replace(".", "", 1).isdigit()
            or len(text) > 20
        ):
            raise ValueError(f"{text[:24]!r} is not an amount; write it like '19.99'")
        scaled = Decimal(text).scaleb(_EXPONENTS[_known_currency(currency)])
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{text!r} has more decimals than {currency} has")
        return cls(minor=int(scaled), currency=currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in `currency`."""
        return cls(minor=0, currency=currency)

    @property
    def text(self) -> str:
        """The amount as people write it: "19.99"."""
        exponent = _EXPONENTS[self.currency]
        return str(Decimal(self.minor).scaleb(-exponent).quantize(Decimal(1).scaleb(-exponent)))

    def __str__(self) -> str:
        return f"{self.text} {self.currency}"

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Share the amount by weight and lose nothing: spare units go to the largest remainders."""
        shares = [divmod(self.minor * weight, sum(weights)) for weight in weights]
        spare = self.minor - sum(quotient for quotient, _ in shares)
        lucky = sorted(range(len(shares)), key=lambda i: (-shares[i][1], i))[:spare]
        return tuple(Money(minor=q + (i in lucky), currency=self.currency) for i, (q, _) in enumerate(shares))

    def converted(self, currency: str, *, rate: Decimal) -> "Money":
        """The amount in another currency, one unit of ours being worth `rate` of it; halves go to the even unit."""
        exponents = _EXPONENTS[_known_currency(currency)] - _EXPONENTS[self.currency]
        exact = (Decimal(self.minor) * rate).scaleb(exponents)
        return Money(minor=int(exact.to_integral_value(rounding=ROUND_HALF_EVEN)), currency=currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(minor=self.minor + other.minor, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + -other

    def __neg__(self) -> "Money":
        return Money(minor=-self.minor, currency=self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(minor=self.minor * times, currency=self.currency)

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")


def total(amounts: Sequence[Money], *, currency: str) -> Money:
    """The sum of amounts of one currency; nothing adds up to zero."""
    return sum(amounts, start=Money.zero(currency))
