"""Starts processes in order, restarts what dies, stops all in reverse; its guard does the last part if it cannot."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import IO, Self

from retail_platform.kernel.supervisor import guard
from retail_platform.kernel.supervisor.process import Child, Spec, kill_leftovers
from retail_platform.kernel.supervisor.state import State

TICK_S = 0.5
ROTATE_EVERY_S = 10.0
GIVE_UP_AFTER = 3  # deaths before it was ever ready; later it is restarted for ever


class StartFailed(Exception):
    """A process did not come up. The message holds the end of its log."""


class Stopping(Exception):
    """Somebody asked us to stop while we were starting."""


class Supervisor:
    """Use as a context manager: leaving it stops everything. Single-threaded, and must stay so (see Child.start)."""

    def __init__(self, state: State, *, say: Callable[[str], None], parent: IO[bytes] | None = None) -> None:
        self.state, self.say, self.children = state, say, dict[str, Child]()
        self.stopping = False
        self._parent = parent  # end of file there means that whoever asked for us is gone
        self._guard: subprocess.Popen[bytes] | None = None
        self._bell, self._bell_in = os.pipe()

    def __enter__(self) -> Self:
        for name in ("run", "logs"):
            self.state.at(name, "x")
        for left in kill_leftovers(self.state.path / "run"):
            self.say(f"killed {left}, left over from an earlier start")
        os.set_blocking(self._bell_in, False)
        signal.set_wakeup_fd(self._bell_in, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # wakes the loop
        self._start_guard()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping = True
        for child in reversed(self.children.values()):
            child.stop()
        self.children.clear()
        signal.set_wakeup_fd(-1)
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait(timeout=guard.GRACE_S + 5)

    def start(self, specs: Iterable[Spec]) -> None:
        """Start them side by side and wait until each is ready. Raises StartFailed or Stopping."""
        begun = [self._begin(spec) for spec in specs]
        deadlines = {child.spec.name: time.monotonic() + child.spec.ready_within_s for child in begun}
        while begun:
            self.tick(within_s=0.05)
            if self.stopping:
                raise Stopping
            for child in list(begun):
                if child.ready():
                    begun.remove(child)
                elif child.restarts >= GIVE_UP_AFTER or time.monotonic() > deadlines[child.spec.name]:
                    raise StartFailed(
                        f"{child.spec.name} is not ready; its log {child.log} ends:\n{child.last_words()}"
                    )

    def once(self, spec: Spec) -> None:
        """Run a task to its end. Raises StartFailed with its last words, or Stopping."""
        child = self._begin(spec)
        del self.children[spec.name]
        deadline = time.monotonic() + spec.ready_within_s
        while child.running():
            self.tick(within_s=0.05)
            if self.stopping or time.monotonic() > deadline:
                child.stop()
                raise (
                    Stopping if self.stopping else StartFailed(f"{spec.name} took longer than {spec.ready_within_s} s")
                )
        if code := child.bury():
            raise StartFailed(f"{spec.name} failed with {code}; its log {child.log} ends:\n{child.last_words()}")

    def watch(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until told to stop."""
        rotated = time.monotonic()
        while not self.stopping and not until():
            self.tick(within_s=TICK_S)
            if time.monotonic() - rotated > ROTATE_EVERY_S:
                rotated = time.monotonic()
                for child in self.children.values():
                    child.rotate()

    def tick(self, *, within_s: float) -> None:
        """Wait for a signal or a moment, then bury the dead and start what is due."""
        readers: list[int] = [self._bell, *([self._parent.fileno()] if self._parent else [])]
        heard = select.select(readers, [], [], within_s)[0]
        if self._bell in heard:
            os.read(self._bell, 4096)
        if self._parent is not None and self._parent.fileno() in heard and not os.read(self._parent.fileno(), 4096):
            self.stopping = True
        if self.stopping:
            return
        if self._guard is not None and self._guard.poll() is not None:
            self._start_guard()
        for child in self.children.values():
            if child.popen is not None and not child.running():
                code = child.bury()
                self.say(f"{child.spec.name} ended ({_how(code)}); starting it again")
            if child.popen is None and time.monotonic() >= child.due_at:
                child.start()

    def _begin(self, spec: Spec) -> Child:
        log, pid_file = (self.state.at("logs", f"{spec.name}.log"), self.state.at("run", f"{spec.name}.pid"))
        child = self.children[spec.name] = Child(spec, log=log, pid_file=pid_file, register=self._tell_guard)
        child.start()
        return child

    def _start_guard(self) -> None:
        # its own group, so that Ctrl-C passes it by; isolated and without site, so that it is small
        self._guard = subprocess.Popen(  # noqa: S603
            [sys.executable, "-ISs", guard.__file__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=0
        )
        self.state.at("run", "guard.pid").write_text(f"{self._guard.pid}\n")
        for child in self.children.values():
            if child.popen is not None:
                self._tell_guard(f"+{child.popen.pid} {int(child.spec.stop_signal)}\n")

    def _tell_guard(self, line: str) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # a killed guard is replaced at the next tick and told all
                os.write(self._guard.stdin.fileno(), line.encode())

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True


def _how(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"
