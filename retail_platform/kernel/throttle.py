"""How many requests a client may make: one Valkey script, exact across processes (reliability D10, X4).

A sliding window of a minute from two counters: the last minute counts by the share of it that is still in the window.
The answer carries RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers).
"""

import threading
import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from retail_platform.kernel import valkey
from retail_platform.kernel.wire import Script, Wire

WINDOW_S = 60
# A Lua function for scripts that count and do something else in the same call: {granted, remaining, reset_ms, slot}. It
# takes up to `wish` requests, after giving back `unspent` ones that were taken in the same slot.
LUA_TAKE = """
local function take(key, window_s, limit, wish, unspent, unspent_slot)
  local now = redis.call('TIME')
  local ms = now[1] * 1000 + math.floor(now[2] / 1000)
  local window = window_s * 1000
  local slot, past = math.floor(ms / window), ms % window
  local here, before = key .. ':' .. slot, key .. ':' .. (slot - 1)
  local count = tonumber(redis.call('GET', here) or '0')
  if unspent > 0 and unspent_slot == slot and count >= unspent then
    count = redis.call('DECRBY', here, unspent)
  end
  local used = count + math.floor(tonumber(redis.call('GET', before) or '0') * (window - past) / window)
  local granted = math.min(wish, limit - used)
  if granted <= 0 then return {0, 0, window - past, slot} end
  if redis.call('INCRBY', here, granted) == granted then redis.call('PEXPIRE', here, window * 2) end
  return {granted, limit - used - granted, window - past, slot}
end
"""
_ONE = Script(LUA_TAKE + "return take(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), 1, 0, 0)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may go on, and what is left of the budget."""

    allowed: bool
    policy: str
    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """The two headers a client steers by."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.reset_s}',
        }


@cache
def line() -> Wire:
    """The process's way to the counters: every request of an API takes it."""
    return Wire(settings.VALKEY_URL)


def key_of(*, subject: str, policy: str) -> str:
    """Where the requests of one subject are counted."""
    return f"throttle:{policy}:{subject}"


def take(*, subject: str, policy: str, limit: int) -> Verdict:
    """Count one request of `subject` against `limit` a minute. Raises valkey.Down."""
    key = key_of(subject=subject, policy=policy)
    allowed, remaining, reset_ms, _ = line().run(_ONE, (key,), (WINDOW_S, limit))
    return Verdict(bool(allowed), policy, limit, int(remaining), -(-int(reset_ms) // 1000))


class _Guesses:
    """Failed attempts of this process, for the time Valkey is down: guessing stays limited, if less exactly."""

    lock = threading.Lock()
    slot = 0
    counts: dict[str, int] = {}


def may_guess(*, address: str, limit: int) -> bool:
    """Count one failed attempt to sign in from `address`; False once there were `limit` of them in a minute."""
    try:
        return take(subject=address, policy="sign-in", limit=limit).allowed
    except valkey.Down:
        with _Guesses.lock:
            slot = int(time.monotonic() // WINDOW_S)
            if slot != _Guesses.slot or len(_Guesses.counts) > 10_000:
                _Guesses.slot, _Guesses.counts = slot, {}
            _Guesses.counts[address] = _Guesses.counts.get(address, 0) + 1
            return _Guesses.counts[address] <= limit
