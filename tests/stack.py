"""The whole platform as real processes, for tests that kill some of them."""

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retail_platform.kernel.machine import running
from retail_platform.kernel.supervisor.state import State

RESTLESS = ("relay", "beat", "worker")
_NOT_INHERITED = ("DATABASE_URL", "VALKEY_URL", "BROKER_URL", "SANDBOX_PORT", "PYTEST_XDIST_WORKER")


def clean_environment() -> dict[str, str]:
    """The environment of somebody who set nothing: the platform then runs servers of its own."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_INHERITED and not name.startswith(("RETAIL_", "SANDBOX_"))
    }


def ports_of_its_own() -> dict[str, str]:
    """Away from the usual ones: a server that is killed leaves its port free for whoever starts meanwhile."""
    first = 20_000 + os.getpid() % 3_000 * 4
    names = ("RETAIL_WEB_PORT", "RETAIL_SANDBOX_PORT", "RETAIL_POSTGRES_PORT", "RETAIL_VALKEY_PORT")
    return {name: str(first + number) for number, name in enumerate(names)}


@contextmanager
def a_stack() -> Iterator[running.Running]:
    """A platform with a state of its own; stopped at the end, and with the test process if that is killed."""
    with tempfile.TemporaryDirectory(prefix="retail-test-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)  # run as root, PostgreSQL is somebody else and must get in
        with _running(State(Path(folder) / "state")) as platform:
            yield platform


def rest(platform: running.Running) -> None:
    """Nobody needs it for now: what looks for work all the time, a seventh of a core, stands still."""
    _signal(platform, signal.SIGSTOP)


def wake(platform: running.Running) -> None:
    """It goes on as after a short sleep of the machine."""
    _signal(platform, signal.SIGCONT)


def _signal(platform: running.Running, number: int) -> None:
    for name in RESTLESS:
        with contextlib.suppress(LookupError, ProcessLookupError):  # killed just now, and being started again
            os.kill(platform.pid(name), number)


@contextmanager
def _running(state: State) -> Iterator[running.Running]:
    env = clean_environment() | ports_of_its_own() | {"PARTNER_LOOPBACK": "1"}  # partners of tests live on this machine
    platform = running.start(state, env=env)
    print(f"stack ready in {platform.ready['ready_s']} s, {platform.ready['memory_mb']} MB", file=sys.stderr)
    try:
        yield platform
    finally:
        platform.stop()
