"""Valkey for things that may be missing for a while: short time-outs, and after a failure a pause before the next try.

An outage must not slow requests: while Valkey is known to be down nobody waits for it, and one caller a second looks
whether it is back.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import redis
from django.conf import settings

log = logging.getLogger(__name__)
T = TypeVar("T")
_PATIENCE_S = 0.1
_PAUSE_S = 1.0


class Down(Exception):
    """Valkey cannot be asked right now; go on without it."""


class _State:
    """Since when Valkey is known to be down, shared by the threads of a process."""

    retry_at = 0.0
    lock = threading.Lock()


@cache
def client() -> Any:
    """The process's client, for callers with a fallback of their own. Its calls give up after 100 ms."""
    return redis.Redis.from_url(
        settings.VALKEY_URL,
        socket_timeout=_PATIENCE_S,
        socket_connect_timeout=_PATIENCE_S,
        socket_keepalive=True,
        retry=None,
        decode_responses=False,
    )


def attempt(call: Callable[[Any], T]) -> T:
    """What `call(client)` gives. Raises Down at once while Valkey is known to be down, and when it fails now."""
    if _State.retry_at:
        with _State.lock:
            if time.monotonic() < _State.retry_at:
                raise Down
            _State.retry_at = time.monotonic() + _PAUSE_S  # this caller looks; the others go on without
    try:
        result = call(client())
    except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
        if not _State.retry_at:
            log.warning("valkey is down, going on without it", extra={"error": type(error).__name__})
        _State.retry_at = time.monotonic() + _PAUSE_S
        raise Down from error
    except redis.ResponseError as error:  # out of memory, read-only replica, loading
        log.warning("valkey refused a call", extra={"error": str(error)[:120]})
        raise Down from error
    if _State.retry_at:
        _State.retry_at = 0.0
        log.info("valkey is back")
    return result
