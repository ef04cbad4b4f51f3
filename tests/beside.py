"""Commands beside a running stack, as people run them, and questions to its database.

Python and Django take a second of a core to start, and the journeys of one run ask for it a hundred times: so one
process knows Django already, and forks for each command. And one line to the database serves all questions.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg

from retail_platform.kernel.machine.running import Running
from tests.stack import clean_environment

ROOT = Path(__file__).resolve().parent.parent
_READ_FIRST = ("retail_platform.urls", "retail_platform.demo.day", "retail_platform.demo.statement")
_forkers: dict[Path, "_Forker"] = {}  # by the state of the stack
_lines: dict[Path, psycopg.Connection[tuple[Any, ...]]] = {}  # the same


class Started:
    """One command under way; what it prints comes with its end."""

    def __init__(self, args: list[str], at: Path) -> None:
        self.args, self.returncode = args, -1
        self.out, self.err, self._ended = (at.with_suffix(end) for end in (".out", ".err", ".ended"))

    def wait(self, timeout: float) -> int:
        """Its exit code."""
        deadline = time.monotonic() + timeout
        while not self._ended.exists():
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(0.02)
        self.returncode = int(self._ended.read_text())
        return self.returncode

    def communicate(self, timeout: float) -> tuple[str, str]:
        """What it said, and what it complained of."""
        self.wait(timeout)
        return self.out.read_text(), self.err.read_text()


class _Forker:
    def __init__(self, stack: Running) -> None:
        self._folder, self._count = stack.state.at("beside", "x").parent, 0
        env = {**clean_environment(), "RETAIL_STATE": str(stack.state.path), "DJANGO_SETTINGS_MODULE": "settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.beside"], stdin=subprocess.PIPE, cwd=ROOT, env=env, process_group=0
        )

    def start(self, module: str, arguments: list[str]) -> Started:
        self._count += 1
        at = self._folder / str(self._count)
        order = {"module": module, "argv": [module, *arguments], "at": str(at)}
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        return Started([module, *arguments], at)


def start(stack: Running, module: str, *arguments: str) -> Started:
    """Call `main()` of a module, "manage" for one, with these arguments, in a process whose servers are the stack's."""
    path = stack.state.path
    if path not in _forkers:
        _forkers[path] = _Forker(stack)
    return _forkers[path].start(module, list(arguments))


def manage(stack: Running, *arguments: str) -> str:
    """What a command of ours says, run as a person does beside the stack; it must end well."""
    done = start(stack, "manage", *arguments)
    said, complained = done.communicate(120)
    assert done.returncode == 0, said + complained
    return said


def rows(stack: Running, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """What the stack's database says; each statement is a transaction. A line that broke is laid anew, once."""
    path = stack.state.path
    if path in _lines:
        try:
            return _lines[path].execute(sql, parameters).fetchall()
        except (psycopg.OperationalError, psycopg.InterfaceError):
            _lines.pop(path).close()
    _lines[path] = psycopg.connect(stack.state.env["DATABASE_URL"], connect_timeout=3, autocommit=True)
    return _lines[path].execute(sql, parameters).fetchall()


def end(stack: Running) -> None:
    """Nothing more will be asked or started beside this stack."""
    if line := _lines.pop(stack.state.path, None):
        line.close()
    if forker := _forkers.pop(stack.state.path, None):
        assert forker.process.stdin
        forker.process.stdin.close()
        forker.process.wait(10)


def main() -> None:
    """The process that forks, one order a line."""
    import django

    django.setup()
    for module in _READ_FIRST:
        import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks what became of the children that watch
    for line in sys.stdin.buffer:
        order = json.loads(line)
        if os.fork() == 0:
            _watch(order, Path(order["at"]))


def _watch(order: dict[str, Any], at: Path) -> None:
    """In a child: have the work done in one of its own, and write down how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    worker = os.fork()
    if worker == 0:
        _work(order, at)
    _, status = os.waitpid(worker, 0)
    at.with_suffix(".partial").write_text(str(os.waitstatus_to_exitcode(status)))
    at.with_suffix(".partial").rename(at.with_suffix(".ended"))
    os._exit(0)


def _work(order: dict[str, Any], at: Path) -> None:
    for number, file in ((0, os.devnull), (1, at.with_suffix(".out")), (2, at.with_suffix(".err"))):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), number)
    sys.argv, code = order["argv"], 1
    random.seed()
    try:
        import_module(order["module"]).main()
        code = 0
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else int(bool(asked.code))
        if isinstance(asked.code, str):
            print(asked.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
