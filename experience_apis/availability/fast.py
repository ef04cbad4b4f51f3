"""Fragments from the copy in Valkey and the caller's budget, in one call: the read side of copy.py's Note [Trust].

`Exact` asks each time. `Near` keeps in the process what it was told: at most STALE_S before an answer it has asked what
changed, and it takes requests out of the shared budget some at a time (a lease), so that the budget is never exceeded,
only refused a little early. Both give None whenever anything is unusual: ask PostgreSQL then.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from experience_apis.availability import copy
from experience_apis.availability.copy import DIGITS
from retail_platform.kernel.throttle import LUA_TAKE, WINDOW_S
from retail_platform.kernel.wire import Script, Wire

STALE_S = 0.1
_MOST_BYTES = 64 * 1024 * 1024  # of fragments in a process
_LACKING = 1
_FETCH = Script(
    LUA_TAKE
    + """
local fresh = redis.call('GET', KEYS[1])
if not fresh then return 0 end
local hash = ARGV[1] .. ':' .. string.match(fresh, '^%S+') .. ':of:' .. ARGV[2]
local found = redis.call('HMGET', hash, unpack(ARGV, 5))
for i = 1, #found do
  if not found[i] then return 1 end
end
local took = take(KEYS[2], tonumber(ARGV[3]), tonumber(ARGV[4]), 1, 0, 0)
if took[1] == 0 then return 0 end
return {fresh, took[2], took[3], found}
"""
)
_NEWS = Script(
    f"""
local fresh = redis.call('GET', KEYS[1])
if not fresh then return 0 end
local gen, cursor = string.match(fresh, '^(%S+) (%d+)')
if gen ~= ARGV[2] or tonumber(cursor) - tonumber(ARGV[3]) > {copy.CHANGES_KEPT_S * 500_000} then return {{fresh, 0}} end
if cursor == ARGV[3] then return {{fresh, {{}}}} end
return {{fresh, redis.call('ZRANGEBYSCORE', ARGV[1] .. ':' .. gen .. ':changes', '(' .. ARGV[3], '+inf')}}
"""
)
_LEASE = Script(LUA_TAKE + "return take(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]),"
                " tonumber(ARGV[4]), tonumber(ARGV[5]))")  # fmt: skip


class Found(NamedTuple):
    """The fragments of a request, joined by commas, and what is left of the caller's budget."""

    fresh: bytes
    marks: bytes
    items: bytes
    remaining: int
    reset_ms: int


class Lacking(Exception):
    """The copy is fresh but has not all of these skus."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Whom a request counts against: the key of kernel.throttle, and how many a minute it may have."""

    key: str
    limit: int


class Exact:
    """One script call for each request: nothing is older than Valkey itself."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.base, self.fresh_key = copy.base(), copy.fresh_key()

    def find(self, channel: str, skus: Sequence[str], budget: Budget) -> Found | None:
        """Count one request and read its fragments. Raises Lacking, valkey.Down."""
        told = self._fetch(channel, skus, budget)
        if told is None:
            return None
        fresh, remaining, reset_ms, packed = told
        if len(packed) == 1:
            return Found(fresh, packed[0][:DIGITS], packed[0][DIGITS:], remaining, reset_ms)
        marks = b"".join([each[:DIGITS] for each in packed])
        return Found(fresh, marks, b",".join([each[DIGITS:] for each in packed]), remaining, reset_ms)

    def _fetch(self, channel: str, skus: Sequence[str], budget: Budget) -> Any:
        keys = (self.fresh_key, budget.key)
        told = self.wire.run(_FETCH, keys, (self.base, channel, WINDOW_S, budget.limit, *skus))
        if told == _LACKING:
            raise Lacking
        return told or None


class _Lease:
    """Requests taken out of a budget and not yet used."""

    __slots__ = ("ends", "left", "remaining", "reset_ms", "slot", "wish")

    def __init__(self) -> None:
        self.left = self.remaining = self.reset_ms = self.slot = 0
        self.ends, self.wish = 0.0, 1


class Near(Exact):
    """A copy in the process, asked after at most every STALE_S; by one thread, while the others wait for it."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._lock = threading.Lock()
        self._asked = -STALE_S
        self._fresh = b""
        self._generation, self._cursor = "", "0"
        self._bodies: dict[str, dict[str, bytes]] = {}
        self._marks: dict[str, dict[str, bytes]] = {}
        self._bytes = 0
        self._leases: dict[str, _Lease] = {}

    def find(self, channel: str, skus: Sequence[str], budget: Budget) -> Found | None:
        """Count one request and read its fragments. Raises Lacking, valkey.Down."""
        now = time.monotonic()
        if now - self._asked >= STALE_S and not self._ask(now):
            return None
        fresh = self._fresh
        try:
            # Marks first: a body may then be newer than its mark, so that an ETag never stands for an older one.
            marks = self._marks[channel]
            mark = marks[skus[0]] if len(skus) == 1 else b"".join(map(marks.__getitem__, skus))
            bodies = self._bodies[channel]
            items = bodies[skus[0]] if len(skus) == 1 else b",".join(map(bodies.__getitem__, skus))
        except KeyError:
            return self._learn(channel, skus, budget)
        lease = self._leases.get(budget.key)
        with self._lock:
            if lease is None or lease.left < 1 or now >= lease.ends:
                lease = self._take(lease, budget, now)
            if lease.left < 1:
                return None
            lease.left -= 1
            return Found(fresh, mark, items, lease.remaining + lease.left, lease.reset_ms)

    def _ask(self, now: float) -> bool:
        """Hear what changed and forget it, so that it is fetched anew. False if the copy is not to be trusted."""
        with self._lock:
            if time.monotonic() - self._asked < STALE_S:
                return True  # somebody else just did
            told = self.wire.run(_NEWS, (self.fresh_key,), (self.base, self._generation, self._cursor))
            if not told:
                return False
            fresh, news = told
            if news == 0 or self._bytes > _MOST_BYTES:
                self._marks, self._bodies, self._bytes = {}, {}, 0
            for each in news or ():
                channel, _, sku = each.decode().partition("\n")
                self._marks.get(channel, {}).pop(sku, None)
                self._bodies.get(channel, {}).pop(sku, None)
            if len(self._leases) > 10_000:
                self._leases = {}
            self._generation, self._cursor = fresh.decode().split(" ")[:2]
            self._fresh, self._asked = fresh, now
            return True

    def _learn(self, channel: str, skus: Sequence[str], budget: Budget) -> Found | None:
        told = self._fetch(channel, skus, budget)
        if told is None:
            return None
        fresh, remaining, reset_ms, packed = told
        bodies = [each[DIGITS:] for each in packed]
        marks = [each[:DIGITS] for each in packed]
        with self._lock:
            if fresh.startswith(f"{self._generation} ".encode()):
                self._bodies.setdefault(channel, {}).update(zip(skus, bodies, strict=True))
                self._marks.setdefault(channel, {}).update(zip(skus, marks, strict=True))
                self._bytes += sum(map(len, bodies))
        return Found(fresh, b"".join(marks), b",".join(bodies), remaining, reset_ms)

    def _take(self, lease: _Lease | None, budget: Budget, now: float) -> _Lease:
        """Twice as many as last time if those were used up early, half as many if most were not; never a hundredth."""
        if lease is None:
            lease = self._leases[budget.key] = _Lease()
        elif lease.left < 1:
            lease.wish *= 2
        elif lease.left * 2 > lease.wish:
            lease.wish //= 2
        lease.wish = max(1, min(lease.wish, budget.limit // 100))
        values = (WINDOW_S, budget.limit, lease.wish, lease.left, lease.slot)
        lease.left, lease.remaining, lease.reset_ms, lease.slot = self.wire.run(_LEASE, (budget.key,), values)
        lease.ends = now + STALE_S
        return lease
