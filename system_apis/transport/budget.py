"""How often we may call a vendor: one token bucket for each connection, shared by all processes (reliability D10).

One Lua script decides with the server's own clock, so two workers never both take the last token. When calls are
scarce, the shares below decide who waits: a kind of work gets a token only while more than its floor is left in the
bucket. Without Valkey each process goes on slowly by itself.
"""

import threading
import time
from contextlib import suppress
from typing import Literal

from retail_platform.kernel import valkey
from system_apis.connections.models import Connection
from system_apis.errors import NotAsked

Share = Literal["order", "stock", "refund", "catalog", "report"]
FLOORS: dict[str, float] = {"order": 0.0, "stock": 0.1, "refund": 0.2, "catalog": 0.4, "report": 0.5}
LOCAL_RATE_PER_S = 20.0  # a process alone, while Valkey is away
WORTH_SLEEPING_S = 0.25

_TAKE = """
local paused = redis.call('PTTL', KEYS[2])
if paused > 0 then return paused end
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate, burst, floor = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + math.max(0, now - (tonumber(kept[2]) or now)) * rate)
if tokens - 1 < floor then return math.ceil((floor + 1 - tokens) / rate * 1000) end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - 1), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return 0
"""
_local: dict[str, float] = {}  # connection -> when this process may call next
_lock = threading.Lock()


def take(connection: Connection, *, share: Share, what: str) -> None:
    """Take one call from the budget, sleeping where that is short. Raises NotAsked where it is not."""
    for _ in range(3):
        wait_s = _wait_s(connection, share)
        if wait_s <= 0:
            return
        if wait_s > WORTH_SLEEPING_S:
            break
        time.sleep(wait_s)
    spent = f"{what}: the budget of {connection.budget_per_s} calls/s is used up"
    raise NotAsked(spent, connection=connection.code, retry_after_s=wait_s)


def pause(connection: Connection, *, seconds: float) -> None:
    """The vendor asked everybody to wait."""
    with suppress(valkey.Down):
        valkey.attempt(lambda client: client.set(f"{_key(connection)}:pause", 1, px=max(int(seconds * 1000), 1)))


def _wait_s(connection: Connection, share: Share) -> float:
    rate = float(connection.budget_per_s)
    burst = max(rate, 2.0)
    key = _key(connection)
    floor = burst * FLOORS[share]
    try:
        wait_ms = valkey.attempt(lambda client: client.eval(_TAKE, 2, key, f"{key}:pause", rate, burst, floor))
    except valkey.Down:
        return _local_wait_s(key, rate)
    return int(wait_ms) / 1000


def _local_wait_s(key: str, rate: float) -> float:
    with _lock:
        now, due = time.monotonic(), _local.get(key, 0.0)
        if due > now:
            return due - now
        _local[key] = now + 1 / min(rate, LOCAL_RATE_PER_S)
        return 0.0


def _key(connection: Connection) -> str:
    return f"budget:{{{connection.pk}}}"
