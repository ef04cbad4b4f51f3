"""`python -m retail_platform.kernel.machine`: what `manage.py up` becomes. Small, since it stays for ever."""

import argparse
import contextlib
import sys

from retail_platform.kernel.machine import platform
from retail_platform.kernel.supervisor.state import AlreadyRunning, State
from retail_platform.kernel.supervisor.supervisor import StartFailed, Stopping

ALREADY_RUNNING = 3


def main() -> int:
    """Run until stopped. Exit codes: 0 stopped as asked, 1 failed, 3 already running."""
    parser = argparse.ArgumentParser(prog="manage.py up", description="Start the whole platform and keep it up.")
    parser.add_argument("--while-stdin", action="store_true", help="stop when standard input ends")
    options = parser.parse_args()
    state = State.here()
    try:
        with state.lock():
            platform.run(state, say=say, parent=sys.stdin.buffer if options.while_stdin else None)
    except AlreadyRunning:
        say(f"already running: {state.env.get('RETAIL_URL', 'still starting')}/docs/ (state in {state.path})")
        return ALREADY_RUNNING if options.while_stdin else 0
    except Stopping:
        say("stopped before it was ready")
        return 1
    except (StartFailed, RuntimeError, OSError) as failure:
        say(f"could not start: {failure}")
        say("python3 manage.py doctor says what is wrong with the surroundings")
        return 1
    return 0


def say(line: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody may be reading any more
        print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
