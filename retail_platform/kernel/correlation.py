"""One id for everything that follows from one request, from the edge to the last journal line (reliability D22).

The id is 32 hex digits, the trace-id of W3C Trace Context (https://www.w3.org/TR/trace-context/), so that a caller's
own trace and ours carry the same name.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Correlation-ID"
TASK_HEADER = "correlation_id"
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_HEX32 = re.compile(r"(?!0{32})[0-9a-f]{32}")
_current: ContextVar[str] = ContextVar("correlation_id", default="")


def current() -> str:
    """The id at work, or "" outside any."""
    return _current.get()


def new() -> str:
    """A fresh id."""
    return secrets.token_hex(16)


@contextmanager
def use(correlation_id: str) -> Iterator[str]:
    """Work under `correlation_id`, here and in every log line; the former id comes back at the end."""
    token = _current.set(correlation_id)
    try:
        yield correlation_id
    finally:
        _current.reset(token)


def from_traceparent(header: str | None) -> str:
    """The trace id of a `traceparent` header, or a new one if the header is missing or malformed."""
    match = _TRACEPARENT.fullmatch(header.strip()) if header and len(header) <= 512 else None
    return match.group(1) if match else new()


def from_headers(headers: Mapping[str, str]) -> str:
    """The id a caller sent as `traceparent` or, 32 hex digits or a UUID, as `X-Request-ID`; else a new one."""
    if traceparent := headers.get("traceparent"):
        return from_traceparent(traceparent)
    wished = headers.get("X-Request-ID", "").replace("-", "").lower()
    return wished if _HEX32.fullmatch(wished) else new()


def traceparent() -> str:
    """The header to send along: the current trace, and a span of its own."""
    return f"00-{current() or new()}-{secrets.token_hex(8)}-01"


def to_task() -> dict[str, str]:
    """Headers for a Celery message, so that the worker goes on under the same id."""
    return {TASK_HEADER: current() or new()}


def from_task(headers: Mapping[str, object] | None) -> str:
    """The id a Celery message carries (`task.request.headers`), or a new one."""
    carried = (headers or {}).get(TASK_HEADER)
    return carried if isinstance(carried, str) and _HEX32.fullmatch(carried) else new()
