"""The whole platform on one machine: servers, tables, processes; and the word to others that it is ready."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import IO

from retail_platform.kernel.embedded import postgres, valkey
from retail_platform.kernel.machine import roles
from retail_platform.kernel.supervisor import memory, ports
from retail_platform.kernel.supervisor.process import Spec
from retail_platform.kernel.supervisor.state import OURS, ROOT, SERVERS, State
from retail_platform.kernel.supervisor.supervisor import Supervisor


def run(state: State, *, say: Callable[[str], None], parent: IO[bytes] | None = None) -> None:
    """Start everything, say where it is, keep it up until told to stop. Raises StartFailed, Stopping, RuntimeError."""
    began = float(os.environ.pop("RETAIL_STARTED_AT", "") or time.time())
    ready_file = state.at("run", "ready")
    ready_file.unlink(missing_ok=True)
    with Supervisor(state, say=say, parent=parent) as supervisor:
        state.forget_copies()
        state.ensure()
        start_servers(supervisor, throwaway=False)
        say("applying migrations")
        supervisor.once(_migrations(state))
        say("starting sandbox, web, worker, beat and relay")
        with ports.one_at_a_time():
            state.ensure(move=OURS)
            supervisor.start(roles.specs(state))
        if state.moved():
            supervisor.once(_told_of_the_move(state))
        state.settled()
        ready = {
            "url": state.env["RETAIL_URL"],
            "sandbox": f"http://127.0.0.1:{state.servers['SANDBOX_PORT']}",
            "supervisor": os.getpid(),
            "ready_s": round(time.time() - began, 1),
            "memory_mb": memory.pss_mb(os.getpid()),
        }
        partial = ready_file.with_name("ready.partial")
        partial.write_text(json.dumps(ready))
        partial.rename(ready_file)
        for line in welcome(ready) if parent is None else welcome(ready)[:1]:  # a program says the rest itself
            say(line)
        try:
            supervisor.watch()
        finally:
            ready_file.unlink(missing_ok=True)
            say("stopping")


def start_servers(supervisor: Supervisor, *, throwaway: bool) -> None:
    """The embedded servers that no DATABASE_URL or VALKEY_URL replaces."""
    state, say = supervisor.state, supervisor.say
    kinds: list[Callable[..., Spec]] = []
    if state.embedded("DATABASE_URL"):
        postgres.make(state, say=say)
        kinds.append(postgres.spec)
    if state.embedded("VALKEY_URL"):
        kinds.append(valkey.spec)
    say("starting the embedded servers" if kinds else "using the servers of the environment")
    with ports.one_at_a_time():
        state.ensure(move=SERVERS)  # making a cluster took a while, and ports may be gone
        supervisor.start([kind(state, throwaway=throwaway) for kind in kinds])


def owner_url(state: State) -> str:
    """Who may change tables: the embedded owner, or what the environment says."""
    if state.embedded("DATABASE_URL"):
        return state.owner_url()
    return os.environ.get("RETAIL_OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]


def welcome(ready: dict[str, object]) -> list[str]:
    """What a person needs to go on."""
    url = ready["url"]
    return [
        f"ready in {ready['ready_s']} s, {ready['memory_mb']} MB",
        f"  documentation   {url}/docs/",
        f"  administration  {url}/admin/",
        f"  health          {url}/readyz",
        f"  sandbox         {ready['sandbox']}/_control/effects",
        "Ctrl-C stops everything; the data stays.",
    ]


def _told_of_the_move(state: State) -> Spec:
    """The demo's connections name a port of the sandbox, and its webhooks one of ours."""
    return Spec(
        name="moved",
        argv=[sys.executable, str(ROOT / "manage.py"), "seed", "--moved"],
        env=roles.environment(state, RETAIL_ROLE="web"),
        ready_within_s=60,
        cwd=ROOT,
    )


def _migrations(state: State) -> Spec:
    return Spec(
        name="migrate",
        argv=[sys.executable, str(ROOT / "manage.py"), "grant_app_role", "--migrate"],
        env=roles.environment(state, DATABASE_URL=owner_url(state), RETAIL_ROLE="web"),
        ready_within_s=300,
        cwd=ROOT,
    )
