"""From a plain Debian with python3 to a virtual environment with the locked packages, once; then on inside it."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NoReturn

from retail_platform.kernel.supervisor.state import ROOT

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARKER = VENV / "retail-locks"  # which locks are installed, by hash
UNFINISHED = ROOT / ".venv.unfinished"  # lies there while .venv is not to be trusted
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"


def inside() -> bool:
    """Whether this interpreter already has its packages: a virtual environment, or somebody who said so."""
    return sys.prefix != sys.base_prefix or bool(os.environ.get("RETAIL_NO_BOOTSTRAP"))


def enter(arguments: list[str]) -> NoReturn:
    """Make or renew `.venv`, then run this same command inside it. Never returns."""
    os.environ.setdefault("RETAIL_STARTED_AT", str(time.time()))
    development = "test" in arguments[1:2] or bool(os.environ.get("RETAIL_DEV"))
    with _alone() as turn:
        if not _satisfied(development):
            _install(DEVELOPMENT if development else RUNTIME, turn=turn)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606  # our own interpreter, no shell


def fresh() -> bool:
    """Whether the environment we are in came from today's lock; one that is not ours to renew counts as such."""
    return sys.prefix != str(VENV) or _satisfied(development=False)


def _satisfied(development: bool) -> bool:
    if UNFINISHED.exists() or not MARKER.exists() or not PYTHON.exists():
        return False
    return _mark(DEVELOPMENT if development else RUNTIME) in MARKER.read_text().splitlines()


def _mark(lock: str) -> str:
    return (
        f"{lock} {hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()} {sys.version_info[0]}.{sys.version_info[1]}"
    )


def _install(lock: str, *, turn: int) -> None:
    began = time.monotonic()
    if UNFINISHED.exists():
        _tell("the last installation was interrupted; starting afresh")
        shutil.rmtree(VENV, ignore_errors=True)
    UNFINISHED.touch()
    MARKER.unlink(missing_ok=True)
    if not PYTHON.exists():
        _make_venv()
    _tell(f"installing the packages of {lock}")
    code, output = _progress(_installer(lock), turn=turn)
    if code != 0:
        _fail(
            "\n".join(output[-20:]) + f"\n\ninstalling {lock} failed; check the network or your pip configuration, "
            "then run the same command again"
        )
    marks = [_mark(lock)]
    if lock == DEVELOPMENT:
        marks.append(_mark(RUNTIME))  # the development lock holds all of the other
    MARKER.write_text("".join(f"{mark}\n" for mark in marks))
    UNFINISHED.unlink()
    _tell(f"installed in {time.monotonic() - began:.0f} s")


def _make_venv() -> None:
    _tell(f"making a virtual environment in {VENV}")
    pip = [] if not shutil.which("uv") else ["--without-pip"]
    done = subprocess.run([sys.executable, "-m", "venv", *pip, str(VENV)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        UNFINISHED.unlink(missing_ok=True)
        _fail(
            f"{done.stdout}{done.stderr}\npython3 could not make a virtual environment. On Debian or Ubuntu: "
            "apt install python3-venv, then run the same command again"
        )


def _installer(lock: str) -> list[str]:
    uv = shutil.which("uv")
    if uv:
        return [
            uv,
            "pip",
            "install",
            "--python",
            str(PYTHON),
            "--compile-bytecode",
            "--require-hashes",
            "-r",
            str(ROOT / lock),
        ]
    # --no-deps: the lock is complete, so pip need not work out what follows from what
    return [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--require-hashes",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        "-r",
        str(ROOT / lock),
    ]


def _progress(command: list[str], *, turn: int) -> tuple[int, list[str]]:
    """Run the installer and count the packages it has looked at."""
    output: list[str] = []
    seen, told = 0, time.monotonic()
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=[turn]
    ) as installer:
        for line in installer.stdout or ():
            output.append(line.rstrip())
            seen += line.startswith(("Collecting ", "Requirement already satisfied"))
            if line.startswith("Installing collected") or time.monotonic() - told > 2:
                told = time.monotonic()
                _tell(f"  {seen} fetched" + (", unpacking" if line.startswith("Inst") else ""))
    return installer.returncode, output


@contextlib.contextmanager
def _alone() -> Iterator[int]:
    """Two first starts at once: the second waits for the first, or for the installer that a killed first left behind
    (it holds the lock through the same descriptor)."""
    with (ROOT / ".venv.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _tell("waiting for another start to finish its installation")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _fail(line: str) -> NoReturn:
    _tell(line)
    sys.exit(1)
