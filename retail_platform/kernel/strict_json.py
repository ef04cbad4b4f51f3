"""JSON read without forgiveness (reliability D20): what two readers could understand differently is refused.

UTF-8 only, at most 1 MB, 32 levels and 1000 items to a list; no duplicate keys, NUL, lone surrogates, NaN, Infinity,
or numbers longer than 40 digits. Fractions become Decimal, never float.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from retail_platform.kernel.problem import DomainError, Invalid

MOST_BYTES = 1_048_576
MOST_LEVELS = 32
MOST_ITEMS = 1000
MOST_DIGITS = 40
# a whole string (or an unfinished one, to the end) or one bracket; possessive, so that no input makes it slow
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_BAD_CHARACTER = re.compile("[\x00\ud800-\udfff]")


class TooLarge(DomainError):
    """The body is larger than one request may be. Send less at a time."""

    status, kind, title = 413, "body-too-large", "The body is too large"


class BadJson(Invalid):
    """The body is not JSON as RFC 8259 has it, or breaks one of the limits documented for bodies."""

    kind, title = "bad-json", "The body is not JSON we accept"


class StrictJSONParser(BaseParser):
    """The parser of every API view."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        charset = re.search(r'charset\s*=\s*"?([^\s;"]+)', media_type or "", re.IGNORECASE)
        if charset and charset.group(1).lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(media_type or "")
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise TooLarge(f"Send at most {MOST_BYTES} bytes in one body.")
        return loads(raw)


def loads(raw: bytes) -> Any:
    """The value of a JSON text. Raises BadJson naming the rule that is broken and, where it can, the place."""
    if raw.startswith(b"\xef\xbb\xbf"):
        raise BadJson("Leave out the byte order mark at the start of the body.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(f"The body must be UTF-8; byte {error.start} is not.") from None
    _check_depth(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_fraction
        )
    except json.JSONDecodeError as error:
        raise BadJson(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    if "\\u" in text or text.count(",") >= MOST_ITEMS:  # only so can a body hold what is refused there
        _check_values(value)
    return value


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MOST_LEVELS:
        return
    level = 0
    for token in _TOKEN.finditer(text):
        first = text[token.start()]
        level += (first in "[{") - (first in "]}")
        if level > MOST_LEVELS:
            raise BadJson(f"Nest at most {MOST_LEVELS} levels.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        doubled = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadJson(f"The key {doubled[:60]!a} appears twice in one object.")
    return found


def _constant(word: str) -> NoReturn:
    raise BadJson(f"{word} is not a JSON number.")


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise BadJson(f"Write numbers with at most {MOST_DIGITS} digits.")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > MOST_DIGITS or abs((number := Decimal(digits)).adjusted()) > MOST_DIGITS:
        raise BadJson(f"Write numbers with at most {MOST_DIGITS} digits.")
    return number


def _check_values(value: Any) -> None:
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        at, item = waiting.pop()
        if isinstance(item, dict):
            for name, inner in item.items():
                _check_text(name, at)
                waiting.append((f"{at}/{name[:60].replace('~', '~0').replace('/', '~1')}", inner))
        elif isinstance(item, list):
            if len(item) > MOST_ITEMS:
                _refuse(at, f"Give at most {MOST_ITEMS} items in one list.")
            waiting.extend((f"{at}/{index}", inner) for index, inner in enumerate(item))
        elif isinstance(item, str):
            _check_text(item, at)


def _check_text(text: str, at: str) -> None:
    if _BAD_CHARACTER.search(text):
        _refuse(at, "Take out NUL characters and lone surrogates.")


def _refuse(at: str, detail: str) -> NoReturn:
    raise BadJson("Correct the body at the place named in errors.", errors=[{"pointer": at, "detail": detail}])
