"""Serializers that take nothing for granted (reliability D20): unknown fields, loose numbers and naive times refused.

Use plain DRF fields inside a `StrictSerializer`; the looseness DRF allows is refused here, in one place. Text that
comes from a query string is read by the same rules, except that a number or a flag may be written as text there.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, NamedTuple, NoReturn, Protocol

from drf_spectacular.utils import extend_schema_field
from iso4217 import Currency
from rest_framework import serializers

from retail_platform.kernel.strictness import DECIMAL, complaint

_EXPONENTS = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
_LARGEST_MINOR = 10**15


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses what it does not know and what is not quite of the right type.

    Its fields are settled when it is first used, where DRF asks each of them what it is whenever it reads or shows.
    """

    @cached_property
    def _writable_fields(self) -> list[Any]:
        return [field for field in self.fields.values() if not field.read_only]

    @cached_property
    def _readable_fields(self) -> list[Any]:
        return [field for field in self.fields.values() if not field.write_only]

    @cached_property
    def _known(self) -> dict[str, Any]:
        return {str(field.field_name): field for field in self._writable_fields}

    def run_validators(self, value: Any) -> None:
        if self.validators:  # else DRF copies the value for none
            super().run_validators(value)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)  # says itself that an object was expected
        fields = self._known
        from_text = bool(self.context.get("from_text"))
        errors: dict[str, Any] = {
            str(name): ["This field is not known here; take it out or check its spelling."]
            for name in data
            if name not in fields
        }
        for name, field in fields.items():
            if name in data and (sentences := complaint(field, data[name], from_text=from_text)):
                errors[name] = sentences
        value: Any = None
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors = {**error.detail, **errors} if isinstance(error.detail, dict) else errors
        if errors:
            raise serializers.ValidationError(errors)
        return value


@cache
def _form(of: type[StrictSerializer]) -> StrictSerializer:
    return of()


def read(data: Any, *, by: type[StrictSerializer]) -> Any:
    """The valid value of a request's body. Raises ValidationError, as a serializer's is_valid does.

    A serializer that validates keeps nothing of it, so one of each kind serves all requests: making one copies each of
    its fields, which cost a sixth of an order. One that keeps something in itself, or looks at its context, is no use
    here.
    """
    if data is None:  # it says so in words of its own
        by(data=data).is_valid(raise_exception=True)
    return _form(by).run_validation(data)


def show(value: Any, *, by: type[StrictSerializer]) -> Any:
    """What an answer says of a value; from one serializer of each kind, as `read`."""
    return _form(by).to_representation(value)


class MoneyLike(Protocol):
    """Anything that counts an amount in the smallest unit of its currency."""

    @property
    def minor(self) -> int: ...

    @property
    def currency(self) -> str: ...


class Amount(NamedTuple):
    """What a MoneyField reads: Amount(1999, "EUR") is 19.99 euro."""

    minor: int
    currency: str


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "amount": {"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$", "examples": ["19.99"]},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
        },
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }
)
class MoneyField(serializers.Field[Any, Any, Any, Any]):
    """{"amount": "19.99", "currency": "EUR"} outside, `Amount` inside; `least` is the smallest minor allowed."""

    default_error_messages = {
        "shape": 'Give money as {{"amount": "19.99", "currency": "EUR"}} and nothing else.',
        "amount": 'Give the amount as text such as "19.99", in ASCII digits, without exponent or separators.',
        "currency": "Give a currency code of ISO 4217, in capitals.",
        "decimals": "{currency} has {exponent} decimals; the amount has more.",
        "range": "The amount is out of range here.",
    }

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least

    def to_internal_value(self, data: Any) -> Amount:
        if not isinstance(data, Mapping) or set(data) != {"amount", "currency"}:
            self.fail("shape")
        amount, currency = data["amount"], data["currency"]
        if not isinstance(amount, str) or not DECIMAL.fullmatch(amount):
            self._refuse("amount", why="amount")
        if not isinstance(currency, str) or currency not in _EXPONENTS:
            self._refuse("currency", why="currency")
        scaled = Decimal(amount).scaleb(_EXPONENTS[currency])
        if scaled != scaled.to_integral_value():
            self._refuse("amount", why="decimals", currency=currency, exponent=_EXPONENTS[currency])
        if not self.least <= scaled <= _LARGEST_MINOR:
            self._refuse("amount", why="range")
        return Amount(int(scaled), currency)

    def _refuse(self, part: str, *, why: str, **known: Any) -> NoReturn:
        """Point at the part of the money that is wrong."""
        raise serializers.ValidationError({part: [self.error_messages[why].format(**known)]})

    def to_representation(self, value: MoneyLike) -> dict[str, str]:
        exponent = _EXPONENTS[value.currency]
        quantum = Decimal(1).scaleb(-exponent)
        return {"amount": str(Decimal(value.minor).scaleb(-exponent).quantize(quantum)), "currency": value.currency}
