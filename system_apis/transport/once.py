"""Make one effect at a vendor happen once, however often it is asked for (reliability D7).

The first attempt goes straight out. A repeat may meet the effect of an attempt whose answer was lost, so it looks
first, unless the vendor itself recognizes the key.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from system_apis.errors import Unavailable
from system_apis.terms import CallKey, VendorTerms

T = TypeVar("T")


def once(key: CallKey, *, terms: VendorTerms, find: Callable[[], T | None], send: Callable[[], T], now: datetime) -> T:
    """What `send` makes, or what `find` shows an earlier attempt to have made.

    Raises Unavailable while "not found" may still be untrue: for `terms.settles_after_s` after the last attempt.
    """
    if not key.tried_before or (terms.same_document_by == "key" and _still_known(key, terms, now)):
        return send()
    found = find()
    if found is not None:
        return found
    age = (now - key.last_tried_at).total_seconds() if key.last_tried_at else terms.settles_after_s
    if age < terms.settles_after_s:
        raise Unavailable(
            f"the last attempt is {age:.1f} s old and may not be visible yet; looking again",
            retry_after_s=max(terms.settles_after_s - age, 0.1),
        )
    return send()


def _still_known(key: CallKey, terms: VendorTerms, now: datetime) -> bool:
    if terms.keys_live_s is None or key.last_tried_at is None:
        return terms.keys_live_s is None
    return (now - key.last_tried_at).total_seconds() < terms.keys_live_s
