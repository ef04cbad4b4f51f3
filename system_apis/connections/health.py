"""When a vendor last answered well and badly, near enough for people to see: at most one write in fifteen seconds."""

import time
from datetime import datetime

from system_apis.connections.models import Connection
from system_apis.errors import OutcomeUnknown, SystemFault, Unavailable

_EVERY_S = 15.0
_written: dict[tuple[str, bool], float] = {}  # (connection, good) -> when this process last wrote it


def note(connection: Connection, fault: SystemFault | None, *, now: datetime) -> None:
    """Remember one answer. A refusal proves as much life as a yes."""
    good = not isinstance(fault, Unavailable | OutcomeUnknown)
    key, moment = (str(connection.pk), good), time.monotonic()
    if moment - _written.get(key, -_EVERY_S) < _EVERY_S:
        return
    _written[key] = moment
    row = Connection.objects.filter(pk=connection.pk)
    if good:
        row.update(last_ok_at=now)
    else:
        row.update(last_fault_at=now, last_fault=str(fault)[:300])
