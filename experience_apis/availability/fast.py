"""Fragments and the caller's budget in at most one call to Valkey: the read side of copy.py's Note [Trust].

Both ways hold fragments in the process (held.py). `Exact` asks in each request whether anything changed, in the call
that counts the request: figures and budget are Valkey's own at that moment. `Near` asks what changed at most every
STALE_S, and takes requests out of the shared budget some at a time (a lease), so that the budget is never exceeded,
only refused a little early. Both give None whenever anything is unusual: ask PostgreSQL then.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from experience_apis.availability import copy
from experience_apis.availability.fragment import etag
from experience_apis.availability.held import Held, Question
from retail_platform.kernel.throttle import LUA_TAKE, WINDOW_S
from retail_platform.kernel.wire import Script, Wire

STALE_S = 0.1
_MOST_LEASES = 10_000
_LACKING = 1
_CHECK = Script(
    LUA_TAKE
    + f"""
local fresh = redis.call('GET', KEYS[1])
if not fresh then return 0 end
local gen, cursor = string.match(fresh, '^(%S+) (%d+)')
local news, took = {{}}, {{0, 0, 0}}
if KEYS[2] then
  took = take(KEYS[2], tonumber(ARGV[4]), tonumber(ARGV[5]), 1, 0, 0)
  if took[1] == 0 then return 0 end
end
if gen ~= ARGV[2] or tonumber(cursor) - tonumber(ARGV[3]) > {copy.CHANGES_KEPT_S * 500_000} then
  news = 0
elseif cursor ~= ARGV[3] then
  news = redis.call('ZRANGEBYSCORE', ARGV[1] .. ':' .. gen .. ':changes', '(' .. ARGV[3], '+inf')
end
return {{fresh, news, took[2], took[3]}}
"""
)
_FETCH = Script(
    LUA_TAKE
    + """
local fresh = redis.call('GET', KEYS[1])
if not fresh then return 0 end
local base = ARGV[1] .. ':' .. string.match(fresh, '^%S+')
local bodies = redis.call('HMGET', base .. ':of:' .. ARGV[2], unpack(ARGV, 5))
local marks = redis.call('HMGET', base .. ':at:' .. ARGV[2], unpack(ARGV, 5))
for i = 1, #bodies do
  if not (bodies[i] and marks[i]) then return 1 end
end
local took = {0, 0, 0}
if KEYS[2] then
  took = take(KEYS[2], tonumber(ARGV[3]), tonumber(ARGV[4]), 1, 0, 0)
  if took[1] == 0 then return 0 end
end
return {fresh, marks, bodies, took[2], took[3]}
"""
)
_LEASE = Script(LUA_TAKE + "return take(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]),"
                " tonumber(ARGV[4]), tonumber(ARGV[5]))")  # fmt: skip


class Found(NamedTuple):
    """The fragments of a request, joined by commas, their ETag, and what is left of the caller's budget."""

    fresh: bytes
    etag: str
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
    """One call for each request: nothing is older than Valkey itself."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.held = wire, Held()
        self.base, self.fresh_key = copy.base(), copy.fresh_key()

    def find(self, question: Question, budget: Budget) -> Found | None:
        """Count one request and read its fragments. Raises Lacking, valkey.Down."""
        generation, cursor = self.held.position
        try:
            shown = self.held.joined(question)
        except KeyError:
            return self._fetch(question, budget)
        values = (self.base, generation, cursor, WINDOW_S, budget.limit)
        told = self.wire.run(_CHECK, (self.fresh_key, budget.key), values)
        if not told:
            return None
        fresh, news, remaining, reset_ms = told
        if news != []:
            self.held.hear(_position(fresh), news)
            try:
                shown = self.held.joined(question)
            except KeyError:
                again = self._fetch(question, None)  # counted already
                return again and again._replace(remaining=remaining, reset_ms=reset_ms)
        return Found(fresh, *shown, remaining, reset_ms)

    def _fetch(self, question: Question, budget: Budget | None) -> Found | None:
        """Fragments from Valkey, to be held from now on; counted against a budget if one is given."""
        channel, skus = question
        keys = (self.fresh_key, budget.key) if budget else (self.fresh_key,)
        told = self.wire.run(_FETCH, keys, (self.base, channel, WINDOW_S, budget.limit if budget else 0, *skus))
        if told == _LACKING:
            raise Lacking
        if not told:
            return None
        fresh, marks, bodies, remaining, reset_ms = told
        position = _position(fresh)
        if not self.held.position[0]:
            self.held.hear(position, [])
        self.held.learn(question, position, marks, bodies)
        return Found(fresh, etag(b"".join(marks)), b",".join(bodies), remaining, reset_ms)


class _Lease:
    """Requests taken out of a budget and not yet used."""

    __slots__ = ("ends", "left", "remaining", "reset_ms", "slot", "wish")

    def __init__(self) -> None:
        self.left = self.remaining = self.reset_ms = self.slot = 0
        self.ends, self.wish = 0.0, 1


class Near(Exact):
    """Asks Valkey what changed at most every STALE_S; one thread does, while the others wait for it."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._lock = threading.Lock()
        self._asked = -STALE_S
        self._fresh = b""
        self._leases: dict[str, _Lease] = {}

    def find(self, question: Question, budget: Budget) -> Found | None:
        """Count one request and read its fragments. Raises Lacking, valkey.Down."""
        now = time.monotonic()
        if now - self._asked >= STALE_S and not self._ask(now):
            return None
        fresh = self._fresh
        try:
            shown = self.held.joined(question)
        except KeyError:
            return self._fetch(question, budget)
        with self._lock:
            lease = self._leases.get(budget.key)
            if lease is None or lease.left < 1 or now >= lease.ends:
                lease = self._take(lease, budget, now)
            if lease.left < 1:
                return None
            lease.left -= 1
            return Found(fresh, *shown, lease.remaining + lease.left, lease.reset_ms)

    def _ask(self, now: float) -> bool:
        """Hear what changed. False if the copy is not to be trusted."""
        with self._lock:
            if time.monotonic() - self._asked < STALE_S:
                return True  # somebody else just did
            told: Any = self.wire.run(_CHECK, (self.fresh_key,), (self.base, *self.held.position))
            if not told:
                return False
            self.held.hear(_position(told[0]), told[1])
            if len(self._leases) > _MOST_LEASES:
                self._leases = {}
            self._fresh, self._asked = told[0], now
            return True

    def _take(self, lease: _Lease | None, budget: Budget, now: float) -> _Lease:
        """Twice as many as last time if they were used up early, half as many if most were not; at most a hundredth."""
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


def _position(fresh: bytes) -> tuple[str, int]:
    generation, cursor, _ = fresh.decode().split(" ")
    return generation, int(cursor)
