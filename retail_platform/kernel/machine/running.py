"""A platform that another program started for itself and takes along when it ends: the demo's, or a test's."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retail_platform.kernel.machine.__main__ import ALREADY_RUNNING
from retail_platform.kernel.supervisor.process import started
from retail_platform.kernel.supervisor.state import ROOT, State

STOP_WITHIN_S = 60.0


class NotReady(Exception):
    """It ended, or took too long. The supervisor has said why on standard error."""


@dataclass(slots=True)
class Running:
    """A running platform. `ours` is the supervisor we started, or None when one was there already."""

    state: State
    ready: dict[str, Any]
    ours: subprocess.Popen[bytes] | None

    def pid(self, name: str) -> int:
        """The process of that name. Raises LookupError while it is down."""
        return self.pids()[name]

    def pids(self) -> dict[str, int]:
        """What runs now, by name."""
        return pids(self.state)

    def kill(self, name: str) -> None:
        """kill -9, as a machine or a person would."""
        os.kill(self.pid(name), signal.SIGKILL)

    def wait(self) -> int:
        """Until somebody stops it, if we started it; its exit code, which is 0 after an orderly stop."""
        return 0 if self.ours is None else self.ours.wait()

    def stop(self) -> None:
        """In order, if we started it."""
        if self.ours is None:
            return
        if self.ours.stdin is not None:
            self.ours.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.ours.wait(timeout=STOP_WITHIN_S)
        self.ours.kill()


def start(state: State, *, env: Mapping[str, str] | None = None, within_s: float = 180.0) -> Running:
    """Start the platform on a state directory and wait until it is ready. Raises NotReady."""
    ours = subprocess.Popen(
        [sys.executable, "-m", "retail_platform.kernel.machine", "--while-stdin"],
        stdin=subprocess.PIPE,
        env={**(os.environ if env is None else env), "RETAIL_STATE": str(state.path)},
        cwd=ROOT,
        process_group=0,  # Ctrl-C reaches us, and we stop it in order
    )
    deadline = time.monotonic() + within_s
    try:
        while time.monotonic() < deadline:
            code = ours.poll()
            told = ready(state)
            if code not in (None, ALREADY_RUNNING):
                raise NotReady(f"the supervisor ended with {code}")
            if told and (code == ALREADY_RUNNING or told["supervisor"] == ours.pid):
                return Running(state, told, None if code == ALREADY_RUNNING else ours)
            time.sleep(0.1)
        raise NotReady(f"it took longer than {within_s:.0f} s")
    except BaseException:
        Running(state, {}, ours).stop()
        raise


def pids(state: State) -> dict[str, int]:
    """What runs now, by name."""
    found: dict[str, int] = {}
    for file in sorted((state.path / "run").glob("*.pid")):
        with contextlib.suppress(OSError, ValueError):
            number, _, birth = file.read_text().strip().partition("\n")
            if not birth or started(int(number)) == birth:
                found[file.stem] = int(number)
    return found


def ready(state: State) -> dict[str, Any]:
    """What the platform on a state directory said when it was ready: where it is. Nothing while it is not."""
    try:
        return dict(json.loads((state.path / "run" / "ready").read_text()))
    except (OSError, ValueError):
        return {}
