"""One process of the platform: what it is (Spec), and the running thing (Child)."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOG_LIMIT = 10_000_000
BACKOFF_FIRST_S, BACKOFF_MOST_S = 0.2, 10.0
STEADY_AFTER_S = 15.0  # a child that lived this long has earned a quick restart


def _at_once() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Spec:
    """How to start a process, how to tell that it serves, and how to stop it."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ready: Callable[[], bool] = _at_once
    ready_within_s: float = 60.0
    steady_s: float = 0.0  # for one that cannot tell that it serves: living so long must do
    stop_signal: int = signal.SIGTERM
    grace_s: float = 10.0
    user: tuple[int, int] | None = None  # uid and gid, when the supervisor is root and this must not be
    cwd: Path | None = None
    before: Callable[[], None] = field(
        default=lambda: None
    )  # runs ahead of every start, for example to clear leftovers


@dataclass(slots=True)
class Child:
    """A process that should be running. It leads its own process group; `register` tells the guard about it."""

    spec: Spec
    log: Path
    pid_file: Path
    register: Callable[[str], None]
    popen: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    backoff_s: float = BACKOFF_FIRST_S
    restarts: int = 0

    def start(self) -> None:
        """Start it now; from the supervisor's only thread, since code runs between fork and exec."""
        self.spec.before()
        stop_signal, register = self.spec.stop_signal, self.register
        user, group = self.spec.user or (None, None)
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(  # noqa: S603  # argv is ours, no shell
                list(self.spec.argv),
                env=dict(self.spec.env),
                cwd=self.spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                user=user,
                group=group,
                extra_groups=[] if self.spec.user else None,
                # the guard must know the child before it can do anything, even if we die in this line
                preexec_fn=lambda: register(f"+{os.getpid()} {int(stop_signal)}\n"),
            )
        self.started_at = time.monotonic()
        self.pid_file.write_text(f"{self.popen.pid}\n{started(self.popen.pid)}\n")

    def ready(self) -> bool:
        """Whether it serves, as far as it can tell."""
        steady = time.monotonic() - self.started_at >= self.spec.steady_s
        return self.running() and steady and self.spec.ready()

    def running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def bury(self) -> int | None:
        """After its death: kill what it left in its group, set when it is due again. Returns the exit code."""
        if self.popen is None:
            return None
        code = self.popen.poll()
        self._signal(signal.SIGKILL)
        self.register(f"-{self.popen.pid}\n")
        self.pid_file.unlink(missing_ok=True)
        self.popen = None
        if time.monotonic() - self.started_at > STEADY_AFTER_S:
            self.backoff_s = BACKOFF_FIRST_S
        self.due_at = time.monotonic() + self.backoff_s
        self.backoff_s = min(self.backoff_s * 2, BACKOFF_MOST_S)
        self.restarts += 1
        return code

    def ask_to_stop(self) -> None:
        if self.popen is not None and self.popen.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.popen.send_signal(self.spec.stop_signal)

    def stop(self) -> None:
        """Ask, wait for its grace, kill; then nothing of its group is left."""
        if self.popen is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(timeout=self.spec.grace_s)
        self._signal(signal.SIGKILL)
        self.popen.wait(timeout=10)
        self.bury()

    def rotate(self) -> None:
        """Keep one old log. The child goes on writing to the same file, which it opened for append."""
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > LOG_LIMIT:
                shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
                os.truncate(self.log, 0)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for the person who reads why it did not start."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 8192))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])

    def _signal(self, number: int) -> None:
        if self.popen is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, number)


def started(pid: int) -> str:
    """When a process started, in clock ticks since boot: with its pid, its identity. Empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def kill_leftovers(folder: Path) -> list[str]:
    """Kill what a supervisor and its guard, both killed, left running; the pid files say what it was."""
    found = []
    for file in folder.glob("*.pid"):
        pid, _, birth = file.read_text().strip().partition("\n")
        if pid.isdigit() and birth and started(int(pid)) == birth:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(int(pid), signal.SIGKILL)
                found.append(file.stem)
        file.unlink(missing_ok=True)
    return found
