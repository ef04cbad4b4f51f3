"""Put a vendor that is away on somebody's desk, once, and take it off when it answers again.

Runs that wait for it go on by themselves, so the case asks for nothing but a look at the other side.
"""

import time

from process_apis.cases import services as cases
from process_apis.cases.models import Case, CaseKind, CaseState
from process_apis.engine import paces
from process_apis.engine.models import ProcessRun
from retail_platform.kernel import clock
from system_apis.connections.models import BreakerState, Connection

LOOK_EVERY_S = 20
WORTH_A_WORD = 2  # times in a row it was found resting: a minute and a half without an answer
_looked = 0.0


def sweep() -> None:
    """Look now and then; the sweeper calls this on each of its rounds."""
    global _looked
    if time.monotonic() - _looked >= LOOK_EVERY_S:
        _looked = time.monotonic()
        look()


def look() -> int:
    """Open and close the cases of vendors that are away. Returns how many are."""
    away = list(Connection.objects.filter(active=True, breaker_trips__gte=WORTH_A_WORD))
    for connection in away:
        _report(connection)
    known = Case.objects.filter(fingerprint__startswith="outage:", state=CaseState.OPEN)
    for case in known.exclude(fingerprint__in=[_fingerprint(connection) for connection in away]):
        cases.resolve(case_id=case.id, by="platform", resolution="it answers again", now=clock.now())
    return len(away)


def _report(connection: Connection) -> None:
    waiting = ProcessRun.objects.filter(waiting_for=paces.mark(connection.code), finished_at=None).count()
    since = f" since {connection.last_ok_at:%Y-%m-%d %H:%M} UTC" if connection.last_ok_at else ""
    rests = "" if connection.breaker_state == BreakerState.CLOSED else "; we ask again now and then"
    cases.open_case(
        kind=CaseKind.TECHNICAL,
        fingerprint=_fingerprint(connection),
        subject=f"connection:{connection.code}",
        title=f"{connection.code} has not answered{since}{rests}; {waiting} waiting runs",
        detail=connection.last_fault,
        proposal="See whether it is up, and reachable at the address of its connection. Nothing need be resumed: what "
        "waits goes on by itself, the oldest business date first.",
    )


def _fingerprint(connection: Connection) -> str:
    return f"outage:{connection.code}"
