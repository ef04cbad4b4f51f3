"""What DRF's fields would let pass: numbers as text, flags as numbers, digits of other scripts, naive times."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from rest_framework import serializers

Check = Callable[[Any, bool], str | None]
_INTEGER = re.compile(r"-?[0-9]{1,18}")
DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LONGEST_TEXT = 1000


def complaint(field: Any, value: Any, *, from_text: bool) -> Any:
    """What is loose about `value`: a list of sentences, for a list field a dict of them by index, or nothing."""
    if value is None:
        return None  # the field itself knows whether it may be null
    if isinstance(field, serializers.ListField):
        if not isinstance(value, list):
            return ["Give a list."]
        found = {i: complaint(field.child, item, from_text=from_text) for i, item in enumerate(value)}
        return {i: sentences for i, sentences in found.items() if sentences}
    check = _check_of(field.__class__)
    sentence = check(value, from_text) if check else None
    return [sentence] if sentence else None


@cache
def _check_of(kind: Any) -> Check | None:
    return next((check for cls, check in _CHECKS if issubclass(kind, cls)), None)


def _integer(value: Any, from_text: bool) -> str | None:
    fits = isinstance(value, str) and _INTEGER.fullmatch(value) if from_text else type(value) is int
    return None if fits and abs(int(value)) < 2**63 else "Give a whole number, in ASCII digits, without separators."


def _decimal(value: Any, from_text: bool) -> str | None:
    plain = isinstance(value, str) and DECIMAL.fullmatch(value)
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


_CHECKS: tuple[tuple[type[Any], Check], ...] = (
    (serializers.IntegerField, _integer),
    (serializers.DecimalField, _decimal),
    (serializers.BooleanField, _flag),
    (serializers.DateTimeField, _instant),
    (serializers.DateField, _day),
    (serializers.UUIDField, _uuid),
    (serializers.CharField, _text),
    (serializers.ChoiceField, _choice),
)
