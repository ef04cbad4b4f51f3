"""`manage.py test [pytest's arguments]`: pytest against a PostgreSQL and a Valkey of its own, which end with it."""

import importlib.util
import os
import subprocess
import sys
from contextlib import ExitStack

from django.core.management.base import BaseCommand

from retail_platform.kernel.machine import platform, roles
from retail_platform.kernel.machine.__main__ import say
from retail_platform.kernel.supervisor.state import ROOT, AlreadyRunning, State
from retail_platform.kernel.supervisor.supervisor import StartFailed, Stopping, Supervisor

SIDE_BY_SIDE = 4  # test runs on one tree


class Command(BaseCommand):
    help = "Run the tests with pytest; every argument is pytest's."
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        if importlib.util.find_spec("pytest") is None:
            sys.exit("pytest is not installed here: pip install --require-hashes -r requirements-dev.lock")
        sys.exit(run(argv[2:]))


def run(arguments: list[str]) -> int:
    """Pytest's own exit code, with its own output on standard output."""
    State.here().forget_copies()
    with ExitStack() as stack:
        state = _free_state(stack)
        try:
            supervisor = stack.enter_context(Supervisor(state, say=say))
            state.forget_copies()
            state.ensure()
            platform.start_servers(supervisor, throwaway=True)
            return _pytest(supervisor, arguments)
        except (StartFailed, RuntimeError) as failure:
            say(str(failure))
            return 1
        except Stopping:
            return 130


def _pytest(supervisor: Supervisor, arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pytest"]
    if not any(argument.startswith(("-n", "--numprocesses")) for argument in arguments):
        command += ["-n", str(_runners()), "--dist", "worksteal"]
    state = supervisor.state
    env = roles.environment(state, DATABASE_URL=platform.owner_url(state), RETAIL_ROLE="web")
    with subprocess.Popen([*command, *arguments], env=env, cwd=ROOT) as pytest:  # noqa: S603
        asked = False
        while pytest.poll() is None:
            supervisor.tick(within_s=0.2)
            if supervisor.stopping and not asked:
                asked = True
                if not os.isatty(0):  # a terminal's Ctrl-C reached pytest already
                    pytest.terminate()
    return pytest.returncode


def _runners() -> int:
    """One more than there are cores, since some of the tests wait; few, since each may start a platform of its own."""
    return min(len(os.sched_getaffinity(0)), 3) + 1


def _free_state(stack: ExitStack) -> State:
    for number in range(SIDE_BY_SIDE):
        state = State(State.here().path / ("test" if number == 0 else f"test-{number + 1}"))
        try:
            stack.enter_context(state.lock())
        except AlreadyRunning:
            continue
        return state
    sys.exit(f"{SIDE_BY_SIDE} test runs are already under way in {State.here().path}")
