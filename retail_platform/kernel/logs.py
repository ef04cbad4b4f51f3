"""Logs as JSON, one line each: ours, Django's, Celery's and the libraries' through the same processors.

Every line carries the correlation id. Secrets and personal data are taken out by name, card numbers by shape.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from retail_platform.kernel import correlation

_SECRET_NAMES = re.compile(
    r"passw|secret|token|authorization|credential|api_?key|cookie|signature|e_?mail|phone|first_?name|last_?name"
    r"|street|birth|card_?number|iban",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"rp_[a-z0-9]{6,12}_[\w-]{20,}|(?i:bearer)\s+[\w.~+/-]{16,}=*|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"
)
_CARD = re.compile(r"(?<![\w.-])[3-6]\d{14,18}(?![\w-])")
_HIDDEN = "[hidden]"
_LONGEST, _BEGINNING = 4000, 1000  # of a traceback the end says most
_DEEPEST = 4

Event = MutableMapping[str, Any]


def configure() -> None:
    """Set structlog up to hand its events to the standard library, where `JsonLines` writes them."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class JsonLines(structlog.stdlib.ProcessorFormatter):
    """The formatter of every handler (settings/logs.py)."""

    def __init__(self, **_: Any) -> None:
        super().__init__(
            foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=True, default=str),
            ],
        )


def redact(logger: Any, method: str, event: Event) -> Event:
    """The processor that hides what must not be kept."""
    return {name: _clean(str(name), value, 0) for name, value in event.items()}


def _shared() -> list[Any]:
    return [
        _correlated,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]


def _correlated(logger: Any, method: str, event: Event) -> Event:
    if correlation_id := correlation.current():
        event.setdefault("correlation_id", correlation_id)
    return event


def _clean(name: str, value: Any, depth: int) -> Any:
    if _SECRET_NAMES.search(name):
        return _HIDDEN if value else value
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, dict) and depth < _DEEPEST:
        return {str(inner): _clean(str(inner), item, depth + 1) for inner, item in value.items()}
    if isinstance(value, list | tuple) and depth < _DEEPEST:
        return [_clean(name, item, depth + 1) for item in value]
    if value is None or isinstance(value, int | float | bool):
        return value
    return _clean_text(str(value))


def _clean_text(text: str) -> str:
    if len(text) > _LONGEST:
        text = f"{text[:_BEGINNING]} … {text[_BEGINNING - _LONGEST :]}"
    text = _SECRET_TEXT.sub(_HIDDEN, text)
    return _CARD.sub(lambda match: "[card]" if _luhn(match.group()) else match.group(), text)


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
