"""The processes of our own code: what each role runs, and with what surroundings."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from retail_platform.kernel.supervisor import ports
from retail_platform.kernel.supervisor.process import Spec
from retail_platform.kernel.supervisor.state import ROOT, State

WORKER_PROCESSES = 3
STEADY_S = 2.5  # longer than a command needs to find that a table is missing
SMALL = {
    "PYTHONUNBUFFERED": "1",
    "MALLOC_ARENA_MAX": "2",  # one arena a thread would triple what a threaded process keeps
    "DJANGO_SETTINGS_MODULE": "settings",
    "REMAP_SIGTERM": "SIGQUIT",  # Celery: a TERM ends softly, and puts unfinished work back
    "C_FORCE_ROOT": "1",  # root may run the worker: messages are JSON, never pickle
}


def argv(role: str, *, port: int = 8000, host: str = "127.0.0.1") -> list[str]:
    """The command of one role. Raises KeyError with the roles there are."""
    python = sys.executable
    commands = {
        "web": [
            *(python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "8", "--no-ws", "--log-level", "warning"),
            *("--workers-kill-timeout", "8", "retail_platform.wsgi:application"),
        ],
        "worker": [
            *(python, "-m", "celery", "-A", "retail_platform.celery", "worker", "--pool", "prefork"),
            *("-c", str(WORKER_PROCESSES), "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        "beat": [python, str(ROOT / "manage.py"), "sweep"],
        "relay": [python, str(ROOT / "manage.py"), "relay"],
        "sandbox": [python, "-m", "system_apis.sandbox"],
    }
    if role not in commands:
        raise KeyError(f"there is no role {role!r}; there are {', '.join(commands)}")
    return commands[role]


def environment(state: State, **changes: str) -> dict[str, str]:
    """What every process of ours reads: the state's values, over them the person's own environment."""
    return {**state.env, **os.environ, **SMALL, "RETAIL_STATE": str(state.path), **changes}


def specs(state: State) -> list[Spec]:
    """Every role, ready to be started side by side."""
    web, sandbox = int(state.servers["WEB_PORT"]), int(state.servers["SANDBOX_PORT"])
    worker_ready = state.at("run", "worker.ready")

    def spec(name: str, ready: Callable[[], bool], grace_s: float, env: Mapping[str, str]) -> Spec:
        return Spec(
            name=name,
            argv=argv(name, port=web),
            env=environment(state, RETAIL_ROLE=name, **env),
            ready=ready,
            grace_s=grace_s,
            cwd=ROOT,
        )

    return [
        spec("sandbox", lambda: ports.answers(sandbox), 5, {"SANDBOX_STATE": str(state.at("sandbox", "x").parent)}),
        spec("web", lambda: answers_200(f"http://127.0.0.1:{web}/readyz"), 10, {}),
        spec("worker", worker_ready.exists, 15, {"RETAIL_READY_FILE": str(_absent(worker_ready))}),
        replace(spec("beat", lambda: True, 5, {}), steady_s=STEADY_S),
        replace(spec("relay", lambda: True, 5, {}), steady_s=STEADY_S),
    ]


def answers_200(url: str) -> bool:
    """Whether a page of ours says 200 at once."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _absent(file: Path) -> Path:
    file.unlink(missing_ok=True)
    return file
