"""The copy in Valkey of what channels show, and what makes a figure in it trustworthy.

Note [Trust]: a fragment may be shown if and only if all of these hold, and each can be checked by the reader in the one
call that fetches it:
1. There is a `fresh` key. It says "generation, cursor, as_of", is written by whoever just compared the copy with
   PostgreSQL, and vanishes after FRESH_S: so without a living keeper nobody trusts the copy for longer than that.
2. The fragment and its version are in the two hashes of that generation and the channel. A generation's hashes began
   empty, and every row that changed since was written into them if its version is up to the cursor: what is there is
   right as of `as_of`, what is missing (never written, deleted, lost) is simply not known here and is read from
   PostgreSQL.
Whoever writes says which generation and cursor they started from and is refused if either went on meanwhile: a writer
that read a row long ago can overwrite nothing, nor can two keepers leave a gap. Within one cursor a fragment only gives
way to a newer version. The cursor lives in Valkey beside what it speaks of: a Valkey that comes back with an older
state comes back with the older cursor. A lost cursor, one that PostgreSQL has not reached (it was put back from a
backup), or a channel that closed begins a new generation.

So no figure is older than the `as_of` beside it, and `as_of` moves on four times a second while a relay runs. A crash
between a commit in PostgreSQL and the copy leaves `as_of` where it was, until a keeper goes on from the cursor.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from retail_platform.kernel import valkey

FRESH_S = 5
CHANGES_KEPT_S = 60
DIGITS = 16  # of a version: microseconds since 1970 have so many until 2286
_NOWHERE = 2**62  # a cursor that no database has reached, so that a mark that lost its own is replaced
_WRITE = f"""
local gen, cursor = unpack(redis.call('HMGET', KEYS[1], 'gen', 'cursor'))
if gen ~= ARGV[1] or cursor ~= ARGV[2] then return 0 end
local upto, as_of, channels, walked = ARGV[3], ARGV[4], '\\n' .. ARGV[5] .. '\\n', ARGV[6]
local base = KEYS[3] .. ':' .. gen
for i = 7, #ARGV, 4 do
  local channel, sku, version, body = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if string.find(channels, '\\n' .. channel .. '\\n', 1, true) then
    local bodies, versions = base .. ':of:' .. channel, base .. ':at:' .. channel
    local held = redis.call('HGET', versions, sku)
    if not held or held < version or redis.call('HEXISTS', bodies, sku) == 0 then
      if body == '' then
        redis.call('HDEL', bodies, sku)
        redis.call('HDEL', versions, sku)
      else
        redis.call('HSET', bodies, sku, body)
        redis.call('HSET', versions, sku, version)
      end
    end
    if upto ~= '' and upto ~= cursor then redis.call('ZADD', base .. ':changes', version, channel .. '\\n' .. sku) end
  end
end
if upto == '' then return 1 end
redis.call('HSET', KEYS[1], 'cursor', upto, 'channels', ARGV[5], 'walked', walked)
redis.call('ZREMRANGEBYSCORE', base .. ':changes', '-inf', tonumber(upto) - {CHANGES_KEPT_S * 1_000_000})
if as_of == '' and upto ~= cursor then
  as_of = string.match(redis.call('GET', KEYS[2]) or '', '(%d+)$') or ''
end
if as_of ~= '' then
  redis.call('SET', KEYS[2], gen .. ' ' .. upto .. ' ' .. as_of, 'PX', {FRESH_S * 1000})
end
return 1
"""
_BEGIN = """
if (redis.call('HGET', KEYS[1], 'gen') or '') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'gen', ARGV[2], 'cursor', ARGV[3], 'channels', '', 'walked', '0')
return 1
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A fragment with its version; without a body it says that the row is gone."""

    channel: str
    sku: str
    version: int
    body: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the copy goes. `walked` is the id of the row up to which the filling of a new generation got; -1: all."""

    generation: str
    cursor: int
    channels: tuple[str, ...]
    walked: int


def base() -> str:
    """What every key of this copy begins with."""
    return f"{settings.AVAILABILITY_PREFIX}:g"


def fresh_key() -> str:
    """The key a reader looks at first."""
    return f"{settings.AVAILABILITY_PREFIX}:fresh"


def mark() -> Mark | None:
    """How far the copy goes; None if there is none. Raises valkey.Down."""
    generation, cursor, channels, walked = valkey.attempt(
        lambda client: client.hmget(_mark_key(), "gen", "cursor", "channels", "walked")
    )
    if not generation:
        return None
    names = tuple((channels or b"").decode().split("\n"))
    return Mark(generation.decode(), int(cursor or _NOWHERE), tuple(filter(None, names)), int(walked or 0))


def begin(*, instead_of: Mark | None, cursor: int) -> Mark | None:
    """A new generation, empty, as of `cursor`; None if somebody else began one. Raises valkey.Down."""
    generation = secrets.token_hex(4)
    former = instead_of.generation if instead_of else ""
    values = (former, generation, cursor)
    if not valkey.attempt(lambda client: client.eval(_BEGIN, 2, _mark_key(), fresh_key(), *values)):
        return None
    valkey.attempt(lambda client: _sweep(client, keep=generation))
    return Mark(generation, cursor, (), 0)


def write(entries: Iterable[Entry], *, since: Mark, upto: Mark | None = None, as_of: datetime | None = None) -> bool:
    """Put entries into the copy that stands at `since`. False if it went on meanwhile: Note [Trust].

    A keeper leaves the copy at `upto`; `as_of` says that with this it holds every change until then. Who only mends it
    gives neither. Raises valkey.Down.
    """
    after = upto or since
    values: list[str | int] = [since.generation, since.cursor, upto.cursor if upto else ""]
    values += [str(round(as_of.timestamp() * 1_000_000)) if as_of else "", "\n".join(after.channels), after.walked]
    for entry in entries:
        values += [entry.channel, entry.sku, f"{entry.version:0{DIGITS}d}", entry.body]
    keys = (_mark_key(), fresh_key(), base())
    return bool(valkey.attempt(lambda client: client.eval(_WRITE, 3, *keys, *values)))


def _mark_key() -> str:
    return f"{settings.AVAILABILITY_PREFIX}:mark"


def _sweep(client: Any, *, keep: str) -> None:
    """Remove what former generations left; one that has lost its mark is found only by looking."""
    for key in client.scan_iter(match=f"{base()}:*", count=1000):
        if not key.startswith(f"{base()}:{keep}:".encode()):
            client.unlink(key)
