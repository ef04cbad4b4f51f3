"""`manage.py bench NAME [--json]`: ours, the plain way and the physical limit in turns within one run.

The programs are in benchmarks/. They run on the servers that DATABASE_URL and VALKEY_URL name, or else on a PostgreSQL
and a Valkey of their own that keep every promise of durability, and end with them.
"""

import subprocess
import sys
from contextlib import ExitStack

from django.core.management.base import BaseCommand

from retail_platform.kernel.machine import platform, roles
from retail_platform.kernel.machine.__main__ import say
from retail_platform.kernel.supervisor.state import ROOT, AlreadyRunning, State
from retail_platform.kernel.supervisor.supervisor import StartFailed, Stopping, Supervisor

NAMES = sorted(
    file.stem for file in (ROOT / "benchmarks").glob("*.py") if "\ndef run(" in file.read_text(encoding="utf-8")
)


class Command(BaseCommand):
    help = f"Measure one hot path: {', '.join(NAMES)}. With --json the last line is one document."
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        names = [argument for argument in argv[2:] if not argument.startswith("-")]
        if len(names) != 1 or names[0] not in NAMES or set(argv[2:]) - {*names, "--json"}:
            wants_help = {"-h", "--help"} & set(argv)
            print(f"manage.py bench NAME [--json]\n\n{self.help}", file=sys.stdout if wants_help else sys.stderr)
            sys.exit(0 if wants_help else 2)
        sys.exit(run(argv[2:]))


def run(arguments: list[str]) -> int:
    """The exit code of the benchmark, with its own output."""
    State.here().forget_copies()
    with ExitStack() as stack:
        state = State(State.here().path / "bench")
        try:
            stack.enter_context(state.lock())
            supervisor = stack.enter_context(Supervisor(state, say=say))
            state.forget_copies()
            state.ensure()
            platform.start_servers(supervisor, throwaway=False)
            return _measured(supervisor, arguments)
        except AlreadyRunning:
            say("another benchmark is under way here; two at a time would measure each other")
            return 1
        except (StartFailed, RuntimeError) as failure:
            say(str(failure))
            return 1
        except Stopping:
            return 130


def _measured(supervisor: Supervisor, arguments: list[str]) -> int:
    state = supervisor.state
    env = roles.environment(
        state, DATABASE_URL=platform.owner_url(state), RETAIL_ROLE="web", RETAIL_LOG_LEVEL="WARNING"
    )
    with subprocess.Popen([sys.executable, "-m", "benchmarks", *arguments], env=env, cwd=ROOT) as program:  # noqa: S603
        asked = False
        while program.poll() is None:
            supervisor.tick(within_s=0.2)
            if supervisor.stopping and not asked:
                asked = True
                program.terminate()
    return program.returncode
