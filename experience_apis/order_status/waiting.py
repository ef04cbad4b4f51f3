"""Wait until an order's status is newer than what the asker has, for a while.

Note [Seats]: a request that waits holds one of the few threads of a web process. So only some may wait at a time; one
more is answered at once with what there is, and asks again. Decision 0007 says why it is no stream of events.
"""

import threading
import time

from django.conf import settings

from experience_apis.order_status.models import OrderStatus

_LOOK_EVERY_S = 0.5
_seats = threading.BoundedSemaphore(settings.ORDER_STATUS_SEATS)


def until_newer(number: str, *, than: int, within_s: float) -> bool:
    """Wait for a higher version. False where every seat is taken: nothing was waited for."""
    if not _seats.acquire(blocking=False):
        return False
    try:
        ends = time.monotonic() + within_s
        while _version(number) <= than and time.monotonic() < ends:
            time.sleep(min(_LOOK_EVERY_S, max(0.0, ends - time.monotonic())))
    finally:
        _seats.release()
    return True


def _version(number: str) -> int:
    return OrderStatus.objects.filter(number=number).values_list("version", flat=True).first() or 0
