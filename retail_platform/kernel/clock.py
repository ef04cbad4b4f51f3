"""The one place that reads the clock. It is read at the edge and passed down as `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
