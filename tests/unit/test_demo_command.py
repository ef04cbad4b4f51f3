"""How `manage.py demo` ends when the platform it stays up for does."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from retail_platform.kernel.machine.running import Running
from retail_platform.kernel.supervisor.state import State
from retail_platform.management.commands import demo

READY = {"url": "http://127.0.0.1:8000", "sandbox": "http://127.0.0.1:8090", "ready_s": 1.0, "memory_mb": 1.0}


@pytest.fixture(autouse=True)
def no_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "manage", lambda *command, out: "")


def a_platform_that_ends(state: Path, how: str) -> Running:
    program = f"import os, signal, sys; {how}"
    return Running(state=State(state), ready=READY, ours=subprocess.Popen([sys.executable, "-c", program]))


def test_an_orderly_stop_is_a_good_end(tmp_path: Path) -> None:
    demo.stay(a_platform_that_ends(tmp_path, "sys.exit(0)"), out=io.StringIO())  # raises if not


def test_a_platform_that_was_killed_is_told_of_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"ended by itself .*start it again"):
        demo.stay(a_platform_that_ends(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)"), out=io.StringIO())
