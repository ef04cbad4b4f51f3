"""Lists in pages, by a cursor that stays right while rows come and go: it says after which row to go on."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework import serializers

from retail_platform.kernel.problem import Invalid
from retail_platform.kernel.serializers import StrictSerializer

MOST_ROWS = 200
Row = TypeVar("Row", bound=Model)


class PageQuery(StrictSerializer):
    """The query of a list; inherit from it and add filters. `examples` likewise: {**PageQuery.examples, ...}."""

    examples = {"limit": 50, "cursor": ""}

    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=MOST_ROWS)
    cursor = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=400,
        help_text="`next` of the page before; empty: start",
    )


def page(
    rows: QuerySet[Row], *, order: Sequence[str], query: dict[str, Any], show: Callable[[Row], Any]
) -> dict[str, Any]:
    """{"items": […], "next": cursor or None}.

    `order` names columns, all ascending or all with "-", the last of them unique, with an index over them. `query` is
    the valid PageQuery, `show` makes an item of a row. Raises Invalid for a cursor that is not ours.
    """
    names = [name.removeprefix("-") for name in order]
    salt = f"cursor:{rows.model._meta.label}:{','.join(order)}"
    if query["cursor"]:
        rows = rows.filter(_after(names, _read(query["cursor"], salt, rows.model, names), order[0].startswith("-")))
    found = list(rows.order_by(*order)[: query["limit"] + 1])
    shown = found[: query["limit"]]
    more = len(found) > len(shown)
    last = [shown[-1].serializable_value(name) for name in names] if more else []
    after = signing.dumps([_text(value) for value in last], salt=salt) if more else None
    return {"items": [show(row) for row in shown], "next": after}


def _after(names: list[str], values: list[Any], descending: bool) -> Q:
    beyond, equal = Q(), Q()
    for name, value in zip(names, values, strict=True):
        beyond |= equal & Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
        equal &= Q(**{name: value})
    return beyond


def _read(cursor: str, salt: str, model: type[Model], names: list[str]) -> list[Any]:
    try:
        values = signing.loads(cursor, salt=salt)
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        return [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    except (signing.BadSignature, ValidationError, ValueError) as error:
        raise Invalid(
            "Take the cursor from `next` of the page before, unchanged, or leave it out to start again.",
            errors=[{"parameter": "cursor", "detail": "This cursor does not belong to this list."}],
        ) from error


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
