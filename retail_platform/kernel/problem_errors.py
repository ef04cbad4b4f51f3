"""DRF's nested error dict, flattened to a list of JSON pointers (RFC 6901)."""

from collections.abc import Mapping
from typing import Any

_MOST = 100  # nobody corrects more at a time, and an answer stays small


def pointers(errors: Any, *, at: str = "") -> list[dict[str, str]]:
    """[{"pointer": "/lines/0/sku", "detail": "…"}] for the errors of a serializer."""
    found: list[dict[str, str]] = []
    _collect(errors, at, found)
    return found[:_MOST]


def _collect(errors: Any, at: str, found: list[dict[str, str]]) -> None:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            _collect(inner, at if name == "non_field_errors" else f"{at}/{_escape(str(name))}", found)
    elif isinstance(errors, list | tuple):
        for index, inner in enumerate(errors):
            nested = isinstance(inner, Mapping | list | tuple)
            _collect(inner, f"{at}/{index}" if nested else at, found)
    else:
        found.append({"pointer": at, "detail": str(errors)})


def _escape(name: str) -> str:
    plain = name[:60].encode("ascii", "backslashreplace").decode()
    return plain.replace("~", "~0").replace("/", "~1")
