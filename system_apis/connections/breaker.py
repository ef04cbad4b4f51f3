"""Stop calling a vendor that is down, and find out carefully when it is back (reliability D9).

Opens at 20 calls of which 35 % failed within a minute; cools down 30 s, doubling to 5 minutes; then lets one probe
through, after a good one five more. A refusal or a misshapen answer proves that the vendor is there, so neither counts.
The state lies on the connection's row, where people see and change it; the counts lie in Valkey. Without Valkey it
stays as it is: the low local rate of the budget protects the vendor then.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import F

from retail_platform.kernel import valkey
from system_apis.connections.models import BreakerState, Connection
from system_apis.errors import NotAsked, OutcomeUnknown, SystemFault, Unavailable

CALLS_TO_JUDGE, FAULTY_SHARE = 20, 0.35
COOLDOWN_S, LONGEST_COOLDOWN_S, PROBE_LEASE_S = 30, 300, 15
MORE_PROBES = 5
_SLICE_S, _SLICES = 10, 6

# One hash holds six slices of ten seconds; a slice that comes round again starts from nothing.
_COUNT = """
local now = math.floor(redis.call('TIME')[1] / tonumber(ARGV[2]))
local slices, place = tonumber(ARGV[3]), now % tonumber(ARGV[3])
if redis.call('HGET', KEYS[1], 'at' .. place) ~= tostring(now) then
  redis.call('HSET', KEYS[1], 'at' .. place, now, 'calls' .. place, 0, 'faults' .. place, 0)
end
redis.call('HINCRBY', KEYS[1], 'calls' .. place, 1)
redis.call('HINCRBY', KEYS[1], 'faults' .. place, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2] * (slices + 1))
local calls, faults = 0, 0
if ARGV[1] == '1' then
  for i = 0, slices - 1 do
    local slice = redis.call('HMGET', KEYS[1], 'at' .. i, 'calls' .. i, 'faults' .. i)
    if slice[1] and now - slice[1] < slices then
      calls, faults = calls + slice[2], faults + slice[3]
    end
  end
end
return {calls, faults}
"""


def admit(connection: Connection, *, now: datetime) -> None:
    """Let a call pass, perhaps as a probe. Raises NotAsked while the breaker is open."""
    if connection.breaker_state == BreakerState.CLOSED:
        return
    row = Connection.objects.filter(pk=connection.pk)
    lease = now + timedelta(seconds=PROBE_LEASE_S)
    half_open = row.filter(breaker_state=BreakerState.HALF_OPEN)
    if (
        row.filter(breaker_state=BreakerState.OPEN, breaker_until__lte=now).update(
            breaker_state=BreakerState.HALF_OPEN, breaker_until=lease, breaker_probes=0
        )
        or half_open.filter(breaker_probes__gt=0).update(breaker_probes=F("breaker_probes") - 1, breaker_until=lease)
        or half_open.filter(breaker_until__lte=now).update(breaker_until=lease)  # the last probe never came back
    ):
        connection.breaker_state = BreakerState.HALF_OPEN
        return
    connection.refresh_from_db(fields=["breaker_state", "breaker_until"])
    if connection.breaker_state != BreakerState.CLOSED:
        until = connection.breaker_until if connection.breaker_state == BreakerState.OPEN else None
        wait = (until - now).total_seconds() if until else 0  # without an end a probe is out, and soon back
        told = f"{connection.code} is resting after too many faults"
        raise NotAsked(told, connection=connection.code, retry_after_s=max(wait, 1.0))


def record(connection: Connection, fault: SystemFault | None, *, now: datetime) -> None:
    """Count one call that was admitted, and open or close the breaker accordingly."""
    bad = isinstance(fault, Unavailable | OutcomeUnknown)
    if connection.breaker_state == BreakerState.HALF_OPEN:
        _open(connection, now=now) if bad else _probe_was_good(connection)
        return
    calls, faults = _count(connection, bad)
    if calls >= CALLS_TO_JUDGE and faults >= calls * FAULTY_SHARE:
        _open(connection, now=now)


def close(connection: Connection) -> None:
    """Let calls through again at once, as a person may wish too, and forget the faults so far."""
    Connection.objects.filter(pk=connection.pk).update(
        breaker_state=BreakerState.CLOSED, breaker_until=None, breaker_trips=0, breaker_probes=0, breaker_good=0
    )
    connection.breaker_state, connection.breaker_trips = BreakerState.CLOSED, 0
    with suppress(valkey.Down):  # the counts lapse within a minute anyway
        valkey.attempt(lambda client: client.delete(_key(connection)))


def ask_again(connection: Connection, *, now: datetime) -> bool:
    """Let the probe through now and not when the rest is over, as a person wishes who knows. False: none is resting."""
    resting = Connection.objects.filter(pk=connection.pk, breaker_state=BreakerState.OPEN, breaker_until__gt=now)
    return resting.update(breaker_until=now) == 1


def _open(connection: Connection, *, now: datetime) -> None:
    until = now + timedelta(seconds=min(COOLDOWN_S * 2**connection.breaker_trips, LONGEST_COOLDOWN_S))
    Connection.objects.filter(pk=connection.pk).exclude(breaker_state=BreakerState.OPEN).update(
        breaker_state=BreakerState.OPEN,
        breaker_until=until,
        breaker_trips=min(connection.breaker_trips + 1, 10),
        breaker_probes=0,
        breaker_good=0,
    )
    connection.breaker_state, connection.breaker_until = BreakerState.OPEN, until


def _probe_was_good(connection: Connection) -> None:
    half_open = Connection.objects.filter(pk=connection.pk, breaker_state=BreakerState.HALF_OPEN)
    if not half_open.filter(breaker_good=0).update(breaker_good=1, breaker_probes=MORE_PROBES):
        half_open.update(breaker_good=F("breaker_good") + 1)
    if half_open.filter(breaker_good__gt=MORE_PROBES).exists():
        close(connection)


def _count(connection: Connection, bad: bool) -> tuple[int, int]:
    try:
        calls, faults = valkey.attempt(
            lambda client: client.eval(_COUNT, 1, _key(connection), int(bad), _SLICE_S, _SLICES)
        )
    except valkey.Down:
        return 0, 0
    return int(calls), int(faults)


def _key(connection: Connection) -> str:
    return f"breaker:{connection.pk}"
