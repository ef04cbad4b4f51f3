"""A pair of columns (an amount in smallest units, its currency) shown as money."""

from operator import attrgetter
from typing import Any

from retail_platform.kernel.serializers import Amount, MoneyField


class MinorField(MoneyField):
    """`total = MinorField("total_minor")` shows row.total_minor in row.currency; `currency` may be a dotted path."""

    def __init__(self, minor: str, *, currency: str = "currency", **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)
        self.minor_of, self.currency_of = attrgetter(minor), attrgetter(currency)

    def to_representation(self, value: Any) -> Any:
        minor = self.minor_of(value)
        return None if minor is None else super().to_representation(Amount(minor, self.currency_of(value)))
