"""Whether runs move, where machines look: /status and /metrics."""

from django.db import connection

from process_apis.engine.process import FOR_VENDOR
from retail_platform.kernel.health.registry import Finding

_MAY_WAIT_S = 60  # a sweep comes every second; a run that is due for a minute has nobody to wake it
_ASKED = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(next_wake_at)
                FILTER (WHERE next_wake_at <= clock_timestamp() AND NOT starts_with(waiting_for, %(mark)s))), 0),
       (SELECT count(*) FROM engine_processrun WHERE state = 'parked')
FROM engine_processrun WHERE next_wake_at IS NOT NULL
"""


def runs() -> Finding:
    """How long the oldest run that is due has waited for the sweeper, and how many wait for a person.

    Runs that wait for a vendor are left due on purpose while it rests; that says nothing of the sweeper.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"mark": FOR_VENDOR})
        row = cursor.fetchone() or (0, 0)
    waited, parked = float(row[0]), int(row[1])
    return Finding(
        ok=waited <= _MAY_WAIT_S,
        detail=f"the oldest run that is due waits {waited:.0f} s; {parked} parked",
        value=waited,
    )
