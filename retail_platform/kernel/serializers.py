"""Serializers that take nothing for granted (reliability D20): unknown fields, loose numbers and naive times refused.

Use plain DRF fields inside a `StrictSerializer`; the looseness DRF allows is refused here, in one place. Text that
comes from a query string is read by the same rules, except that a number or a flag may be written as text there.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from drf_spectacular.utils import extend_schema_field
from iso4217 import Currency
from rest_framework import serializers

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LONGEST_TEXT = 1000
_EXPONENTS = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
_LARGEST_MINOR = 10**15


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses what it does not know and what is not quite of the right type."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)  # says itself that an object was expected
        fields = {field.field_name: field for field in self._writable_fields}
        from_text = bool(self.context.get("from_text"))
        errors: dict[str, Any] = {
            str(name): ["This field is not known here; take it out or check its spelling."]
            for name in data
            if name not in fields
        }
        for name, field in fields.items():
            if name in data and (complaint := _complaint(field, data[name], from_text=from_text)):
                errors[name] = complaint
        value: Any = None
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors = {**error.detail, **errors} if isinstance(error.detail, dict) else errors
        if errors:
            raise serializers.ValidationError(errors)
        return value


def _complaint(field: Any, value: Any, *, from_text: bool) -> Any:
    """What is loose about `value`: a list of sentences, for a list field a dict of them by index, or nothing."""
    if value is None:
        return None  # the field itself knows whether it may be null
    if isinstance(field, serializers.ListField):
        if not isinstance(value, list):
            return ["Give a list."]
        found = {i: _complaint(field.child, item, from_text=from_text) for i, item in enumerate(value)}
        return {i: complaint for i, complaint in found.items() if complaint}
    for cls, check in _CHECKS:
        if isinstance(field, cls):
            sentence = check(value, from_text)
            return [sentence] if sentence else None
    return None


def _integer(value: Any, from_text: bool) -> str | None:
    fits = isinstance(value, str) and _INTEGER.fullmatch(value) if from_text else type(value) is int
    return None if fits and abs(int(value)) < 2**63 else "Give a whole number, in ASCII digits, without separators."


def _decimal(value: Any, from_text: bool) -> str | None:
    plain = isinstance(value, str) and _DECIMAL.fullmatch(value)
    number = not from_text and (type(value) is int or isinstance(value, Decimal))
    return None if plain or number else 'Give a decimal number such as "12.5", in ASCII digits, without separators.'


def _flag(value: Any, from_text: bool) -> str | None:
    return None if (value in ("true", "false") if from_text else type(value) is bool) else "Give true or false."


def _instant(value: Any, from_text: bool) -> str | None:
    fits = isinstance(value, str) and _INSTANT.fullmatch(value)
    return None if fits else "Give an instant with its zone (RFC 3339), for example 2026-03-01T09:30:00Z."


def _day(value: Any, from_text: bool) -> str | None:
    return None if isinstance(value, str) and _DAY.fullmatch(value) else "Give a day as YYYY-MM-DD."


def _uuid(value: Any, from_text: bool) -> str | None:
    return None if isinstance(value, str) and _UUID.fullmatch(value) else "Give a UUID in its usual form, with hyphens."


def _text(value: Any, from_text: bool) -> str | None:
    if not isinstance(value, str):
        return "Give text."
    if len(value) > _LONGEST_TEXT:
        return f"Give at most {_LONGEST_TEXT} characters."
    return "Take out control and text-direction characters." if _UNPRINTABLE.search(value) else None


def _choice(value: Any, from_text: bool) -> str | None:
    return None if isinstance(value, str) else "Give one of the documented words, as text."


_CHECKS: tuple[tuple[type[Any], Any], ...] = (
    (serializers.IntegerField, _integer),
    (serializers.DecimalField, _decimal),
    (serializers.BooleanField, _flag),
    (serializers.DateTimeField, _instant),
    (serializers.DateField, _day),
    (serializers.UUIDField, _uuid),
    (serializers.CharField, _text),
    (serializers.ChoiceField, _choice),
)


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
        if not isinstance(amount, str) or not _DECIMAL.fullmatch(amount):
            self.fail("amount")
        if not isinstance(currency, str) or currency not in _EXPONENTS:
            self.fail("currency")
        scaled = Decimal(amount).scaleb(_EXPONENTS[currency])
        if scaled != scaled.to_integral_value():
            self.fail("decimals", currency=currency, exponent=_EXPONENTS[currency])
        if not self.least <= scaled <= _LARGEST_MINOR:
            self.fail("range")
        return Amount(int(scaled), currency)

    def to_representation(self, value: MoneyLike) -> dict[str, str]:
        exponent = _EXPONENTS[value.currency]
        quantum = Decimal(1).scaleb(-exponent)
        return {"amount": str(Decimal(value.minor).scaleb(-exponent).quantize(quantum)), "currency": value.currency}
