"""Whom to kill, and when: a schedule drawn from a seed, so that a day that went wrong can be had again."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import redis

from retail_platform.kernel.machine.running import Running


@dataclass(frozen=True, slots=True)
class Blow:
    """One accident, so many seconds after the beginning."""

    at_s: float
    victim: str
    dice: int

    def __str__(self) -> str:
        return f"{self.at_s:5.1f} s  {self.victim}"


def schedule(*, seed: int, over_s: float, every_s: float = 2.5) -> list[Blow]:
    """Accidents of all kinds over a time: each kind once before any comes again."""
    choose = Random(seed)
    found: list[Blow] = []
    at, bag = choose.uniform(1.0, 2.0), list[str]()
    while at < over_s:
        if not bag:
            bag = list(VICTIMS)
            choose.shuffle(bag)
        found.append(Blow(round(at, 2), bag.pop(), choose.randrange(1 << 30)))
        at += choose.uniform(0.4 * every_s, 1.6 * every_s)
    return found


def strike(stack: Running, blow: Blow) -> bool:
    """Let one accident happen. False if its victim was down already."""
    try:
        VICTIMS[blow.victim](stack, Random(blow.dice))
    except (LookupError, ProcessLookupError, redis.RedisError):
        return False
    return True


def children(pid: int) -> list[int]:
    """The processes one process has started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _kill(name: str) -> Callable[[Running, Random], None]:
    return lambda stack, choose: stack.kill(name)


def _kill_worker_child(stack: Running, choose: Random) -> None:
    os.kill(choose.choice(children(stack.pid("worker"))), signal.SIGKILL)


def _kill_valkey_with_its_data(stack: Running, choose: Random) -> None:
    pid = stack.pid("valkey")
    for entry in (stack.state.path / "valkey").iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    os.kill(pid, signal.SIGKILL)


def _flush_valkey(stack: Running, choose: Random) -> None:
    with redis.Redis.from_url(stack.state.env["VALKEY_URL"], socket_timeout=2) as client:
        client.flushall()


VICTIMS: dict[str, Callable[[Running, Random], None]] = {
    "worker": _kill("worker"),
    "one worker child": _kill_worker_child,
    "relay": _kill("relay"),
    "beat": _kill("beat"),
    "web": _kill("web"),
    "valkey": _kill("valkey"),
    "valkey with its data": _kill_valkey_with_its_data,
    "flushall": _flush_valkey,
}


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process that stands still meanwhile, as on a machine that swaps or is moved."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def away(stack: Running, name: str, *, number: int = signal.SIGKILL) -> Iterator[None]:
    """A server that is gone and does not come back before the end: who would start it again stands still."""
    with frozen(int(stack.ready["supervisor"])):
        pid = stack.pid(name)
        os.kill(pid, number)
        while Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():
            time.sleep(0.02)
        yield
