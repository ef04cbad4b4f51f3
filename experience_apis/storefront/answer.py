"""The bytes of an availability answer, the same whoever gives it: Django's view or the front before it."""

import json
from datetime import datetime

COPY_LACKS = "retail.copy_lacks"  # in a request's environment: the front found a fragment missing in a fresh copy


def head(channel: str, *, until: datetime) -> str:
    """The beginning, up to the age."""
    instant = until.isoformat().replace("+00:00", "Z")
    return f'{{"channel":{json.dumps(channel)},"as_of":"{instant}","age_ms":'


def age_ms(*, now: float, until: float) -> int:
    """How old figures are, from two instants in seconds; never negative, whatever another machine's clock says."""
    return max(0, int((now - until) * 1000))
