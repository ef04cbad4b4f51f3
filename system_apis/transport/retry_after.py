"""The Retry-After header (RFC 9110, 10.2.3), read with suspicion: whatever it says, we wait 1 s to 300 s."""

from datetime import datetime
from email.utils import parsedate_to_datetime

SHORTEST_S, LONGEST_S, WHEN_UNREADABLE_S = 1.0, 300.0, 5.0


def retry_after_s(header: str | None, *, now: datetime) -> float | None:
    """Seconds to wait: None when the header is absent, so that the caller's own back-off decides."""
    if header is None:
        return None
    return min(max(_asked_for(header.strip(), now), SHORTEST_S), LONGEST_S)


def _asked_for(text: str, now: datetime) -> float:
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return float(text)
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):  # rubbish, or a date without a zone
        return WHEN_UNREADABLE_S
