"""Requests counted and timed, for /metrics (Prometheus text format)."""

from collections.abc import Callable

from prometheus_client import Histogram

_SECONDS = Histogram(
    "retail_request_seconds",
    "Requests of API paths by route",
    ("method", "route", "status"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def recorder(*, method: str, route: str, status: int) -> Callable[[float], None]:
    """What counts one request of this kind, given its seconds: for who counts the same kind all day."""
    observe: Callable[[float], None] = _SECONDS.labels(method, route, str(status)).observe
    return observe


def record(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one request; routes are patterns, so that ids make no new series."""
    _SECONDS.labels(method if method in _METHODS else "other", route, str(status)).observe(seconds)
