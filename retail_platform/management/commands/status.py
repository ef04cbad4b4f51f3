"""`manage.py status`: what of the platform runs on this machine, and where."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from retail_platform.kernel.machine import roles, running
from retail_platform.kernel.supervisor import memory
from retail_platform.kernel.supervisor.state import State


class Command(BaseCommand):
    help = "Say what of the platform runs on this machine, where, and whether it is ready."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py status --json"
        parser.add_argument("--json", action="store_true", help="one document for a machine")

    def handle(self, *args: object, **options: Any) -> None:
        found = look(State.here())
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
            return
        if not found["running"]:
            self.stdout.write(f"not running (state in {found['state']}): python3 manage.py up")
            return
        self.stdout.write(f"{'ready' if found['ready'] else 'not ready'}: {found['url']}/docs/")
        for name, process in found["processes"].items():
            self.stdout.write(f"  {name:<10} pid {process['pid']:<8} {process['memory_mb']:>7.1f} MB")
        self.stdout.write(f"  state in {found['state']}; logs in {found['state']}/logs")


def look(state: State) -> dict[str, Any]:
    """The state directory's processes, ports and readiness."""
    url = state.env.get("RETAIL_URL", "")
    up = state.running()
    pids = running.pids(state) if up else {}
    return {
        "running": up,
        "ready": up and roles.answers_200(f"{url}/readyz"),
        "url": url,
        "ports": {name: int(port) for name, port in state.servers.items() if name.endswith("_PORT")},
        "processes": {name: {"pid": pid, "memory_mb": memory.pss_mb(pid)} for name, pid in pids.items()},
        "state": str(state.path),
    }
