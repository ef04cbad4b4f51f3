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
from experience_apis.availability.fragment import etag
from retail_platform.kernel.throttle import LUA_TAKE, WINDOW_S
from retail_platform.kernel.wire import Script, Wire

STALE_S = 0.1
_MOST_HELD = 64 * 1024 * 1024  # bytes of fragments in a process
_MOST_JOINED = 16 * 1024 * 1024  # bytes of answers put together from them
_QUESTION_BYTES = 80  # for each sku in it
_MOST_LEASES = 10_000
_LACKING = 1
_FETCH = (
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
local took = take(KEYS[2], tonumber(ARGV[3]), tonumber(ARGV[4]), 1, 0, 0)
if took[1] == 0 then return 0 end
"""
)
_FETCH_JOINED = Script(_FETCH + "return {fresh, took[2], took[3], table.concat(marks), table.concat(bodies, ',')}")
_FETCH_EACH = Script(_FETCH + "return {fresh, took[2], took[3], marks, bodies}")
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
    """One script call for each request: nothing is older than Valkey itself."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.base, self.fresh_key = copy.base(), copy.fresh_key()

    def find(self, channel: str, skus: Sequence[str], budget: Budget) -> Found | None:
        """Count one request and read its fragments. Raises Lacking, valkey.Down."""
        told = self._fetch(_FETCH_JOINED, channel, skus, budget)
        if told is None:
            return None
        fresh, remaining, reset_ms, marks, items = told
        return Found(fresh, etag(marks), items, remaining, reset_ms)

    def _fetch(self, script: Script, channel: str, skus: Sequence[str], budget: Budget) -> Any:
        keys = (self.fresh_key, budget.key)
        told = self.wire.run(script, keys, (self.base, channel, WINDOW_S, budget.limit, *skus))
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
        self._generation, self._cursor = "", 0
        self._leases: dict[str, _Lease] = {}
        self._held: dict[str, dict[str, tuple[bytes, bytes]]] = {}  # channel → sku → mark and fragment
        self._answers: dict[tuple[str, Sequence[str]], tuple[str, bytes] | None] = {}  # question → ETag and items
        self._held_bytes = self._joined_bytes = 0

    def find(self, channel: str, skus: Sequence[str], budget: Budget) -> Found | None:
        """Count one request and read its fragments. Raises Lacking, valkey.Down."""
        now = time.monotonic()
        if now - self._asked >= STALE_S and not self._ask(now):
            return None
        fresh = self._fresh
        try:
            mark, items = self._joined(channel, skus)
        except KeyError:
            return self._learn(channel, skus, budget)
        with self._lock:
            lease = self._leases.get(budget.key)
            if lease is None or lease.left < 1 or now >= lease.ends:
                lease = self._take(lease, budget, now)
            if lease.left < 1:
                return None
            lease.left -= 1
            return Found(fresh, mark, items, lease.remaining + lease.left, lease.reset_ms)

    def _joined(self, channel: str, skus: Sequence[str]) -> tuple[str, bytes]:
        """ETag and fragments of one question; from the second time on remembered until anything changes.

        Raises KeyError.
        """
        answers = self._answers  # what we add goes where we looked: news meanwhile put another in its place
        if answer := answers.get((channel, skus)):
            return answer
        held = self._held[channel]
        found = [held[sku] for sku in skus]
        answer = etag(b"".join([mark for mark, _ in found])), b",".join([body for _, body in found])
        again = (channel, skus) in answers
        self._joined_bytes += len(answer[1]) if again else _QUESTION_BYTES * len(skus)
        answers[channel, skus] = answer if again else None
        return answer

    def _ask(self, now: float) -> bool:
        """Hear what changed and forget it, so that it is fetched anew. False if the copy is not to be trusted."""
        with self._lock:
            if time.monotonic() - self._asked < STALE_S:
                return True  # somebody else just did
            told = self.wire.run(_NEWS, (self.fresh_key,), (self.base, self._generation, self._cursor))
            if not told:
                return False
            fresh, news = told
            if news == 0 or self._held_bytes > _MOST_HELD:
                self._held, self._held_bytes = {}, 0
            for each in news or ():
                channel, _, sku = each.decode().partition("\n")
                self._held.get(channel, {}).pop(sku, None)
            if news or not self._held or self._joined_bytes > _MOST_JOINED:
                self._answers, self._joined_bytes = {}, 0
            if len(self._leases) > _MOST_LEASES:
                self._leases = {}
            self._fresh, self._asked = fresh, now
            self._generation, self._cursor = _position(fresh)
            return True

    def _learn(self, channel: str, skus: Sequence[str], budget: Budget) -> Found | None:
        told = self._fetch(_FETCH_EACH, channel, skus, budget)
        if told is None:
            return None
        fresh, remaining, reset_ms, marks, bodies = told
        generation, cursor = _position(fresh)
        with self._lock:
            # What is older than the news we heard might have changed in them; newer, and the next news will tell.
            if generation == self._generation and cursor >= self._cursor:
                self._held.setdefault(channel, {}).update(zip(skus, zip(marks, bodies, strict=True), strict=True))
                self._held_bytes += sum(map(len, bodies))
        return Found(fresh, etag(b"".join(marks)), b",".join(bodies), remaining, reset_ms)

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


def _position(fresh: bytes) -> tuple[str, int]:
    generation, cursor, _ = fresh.decode().split(" ")
    return generation, int(cursor)
