"""The supervisor on real processes: what dies comes back, and nothing outlives it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retail_platform.kernel.machine.running import pids
from retail_platform.kernel.supervisor.process import started
from retail_platform.kernel.supervisor.state import ROOT, State

# A supervisor in a process of its own, since it takes over signals. Each child starts a grandchild and writes its pid.
DRIVER = """
import json, sys
from pathlib import Path
from retail_platform.kernel.supervisor.process import Spec
from retail_platform.kernel.supervisor.state import State
from retail_platform.kernel.supervisor.supervisor import Supervisor
state = State(Path(sys.argv[1]))
child = "import os, signal, sys, time\\n" \\
        "if sys.argv[1] == 'stubborn': signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n" \\
        "os.fork()\\n" \\
        "open(sys.argv[2], 'a').write(f'{os.getpid()}\\\\n')\\n" \\
        "time.sleep(300)\\n"
with Supervisor(state, say=lambda line: print(line, flush=True)) as supervisor:
    pids = str(state.at("pids"))
    supervisor.start(Spec(name=name, argv=[sys.executable, "-Sc", child, name, pids], env={}, grace_s=1)
                     for name in sys.argv[2:])
    state.at("up").touch()
    supervisor.watch()
"""


class Driven:
    """A supervisor under test and everything it ever started."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.state = State(folder)
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(folder), *names], cwd=ROOT, stdout=subprocess.PIPE, process_group=0
        )
        until(lambda: (folder / "up").exists() and len(self.everybody()) == 2 * len(names))

    def everybody(self) -> set[int]:
        file = self.state.path / "pids"
        return {int(line) for line in file.read_text().split()} if file.exists() else set()

    def alive(self) -> set[int]:
        return {pid for pid in self.everybody() if started(pid) and not _zombie(pid)}


def _zombie(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def until(true: Callable[[], object], within_s: float = 15.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driven]]:
    made: list[Driven] = []

    def start(*names: str) -> Driven:
        made.append(Driven(tmp_path, *names))
        return made[-1]

    yield start
    for driven in made:
        driven.process.kill()
        driven.process.communicate(timeout=20)


def test_a_killed_child_comes_back_and_its_own_children_do_not_linger(drive: Callable[..., Driven]) -> None:
    driven = drive("worker")
    before = driven.alive()

    os.kill(pids(driven.state)["worker"], signal.SIGKILL)

    until(lambda: len(driven.alive()) == 2 and not driven.alive() & before)


def test_a_killed_supervisor_leaves_nothing_behind(drive: Callable[..., Driven]) -> None:
    driven = drive("web", "worker", "stubborn")

    driven.process.kill()

    until(lambda: not driven.alive())


def test_a_killed_guard_is_replaced_and_still_knows_everybody(drive: Callable[..., Driven]) -> None:
    driven = drive("web")
    guard = driven.state.path / "run" / "guard.pid"
    first = int(guard.read_text())
    os.kill(first, signal.SIGKILL)
    until(lambda: int(guard.read_text() or first) != first)
    time.sleep(0.5)

    driven.process.kill()

    until(lambda: not driven.alive())


def test_a_terminated_supervisor_stops_even_a_child_that_will_not(drive: Callable[..., Driven]) -> None:
    driven = drive("web", "stubborn")

    driven.process.terminate()

    assert driven.process.wait(timeout=15) == 0
    until(lambda: not driven.alive())


def test_what_a_killed_supervisor_and_guard_left_is_cleared_by_the_next_start(
    drive: Callable[..., Driven],
) -> None:
    driven = drive("web")
    left = driven.alive()
    driven.process.send_signal(signal.SIGSTOP)  # or it would replace the guard
    os.kill(int((driven.state.path / "run" / "guard.pid").read_text()), signal.SIGKILL)
    driven.process.kill()
    driven.process.wait()
    (driven.state.path / "up").unlink()
    (driven.state.path / "pids").unlink()

    drive("web")

    until(lambda: not any(started(pid) and not _zombie(pid) for pid in left))


def test_a_process_that_keeps_dying_at_the_start_fails_the_start_with_its_last_words(tmp_path: Path) -> None:
    script = DRIVER.replace("import os, signal", "raise SystemExit('no such table') #").replace(
        "grace_s=1", "grace_s=1, ready=lambda: False"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), "web"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert "StartFailed: web is not ready" in done.stderr
    assert "no such table" in done.stderr


def test_a_second_supervisor_is_told_that_the_first_holds_the_state(tmp_path: Path) -> None:
    with State(tmp_path).lock():
        done = subprocess.run(
            [sys.executable, "-m", "retail_platform.kernel.machine"],
            cwd=ROOT,
            env={**os.environ, "RETAIL_STATE": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert "already running" in done.stderr
    assert done.returncode == 0


def test_the_status_of_a_state_that_nothing_holds_is_not_running(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "status", "--json"],
        cwd=ROOT,
        env={**os.environ, "RETAIL_STATE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert json.loads(done.stdout)["running"] is False
