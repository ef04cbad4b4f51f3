"""`manage.py demo`: the platform as `up` starts it, a retail day through every layer, and the statement at its end."""

import json
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from retail_platform.kernel.machine import platform, running
from retail_platform.kernel.supervisor import memory
from retail_platform.kernel.supervisor.state import ROOT, State


class Command(BaseCommand):
    help = "Start everything, run a whole retail day, print the statement that must tie out, and stay up."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py demo --orders 40 --seed 7 --check"
        parser.add_argument("--orders", type=int, default=300, help="web orders of the day (default 300)")
        parser.add_argument("--seed", type=int, default=None, help="the same seed is the same day (default: the clock)")
        parser.add_argument("--check", action="store_true", help="exit after the statement: 0 if everything ties out")
        parser.add_argument("--json", action="store_true", help="end with one document on standard output")

    def handle(self, *args: object, orders: int, seed: int | None, check: bool, **options: Any) -> None:
        out: TextIO = sys.stderr if options["json"] else sys.stdout
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)  # a shell ignores them for a job in its background
        state = State.here()
        state.forget_copies()
        try:
            here = running.start(state)
        except running.NotReady as failure:
            raise CommandError(f"the platform did not come up: {failure}") from failure
        try:
            report = play(here, orders=orders, seed=int(time.time()) if seed is None else seed, out=out)
            if options["json"]:
                print(json.dumps(report), flush=True)
            if not check:
                stay(here, out=out)
        except KeyboardInterrupt:
            raise CommandError("stopped during the day; the data stays", returncode=130) from None
        finally:
            here.stop()
        if any(equation["difference"] != "0" for equation in report["equations"]):
            raise CommandError("the statement does not tie out: see the differences above")


def play(here: running.Running, *, orders: int, seed: int, out: TextIO) -> dict[str, Any]:
    """The day and its statement, told on `out`; the returned report is the document of --json.

    A process of its own plays it: the platform may have moved to other ports while it started, and this process has
    read its settings before.
    """
    told = manage("day", "--json", f"--orders={orders}", f"--seed={seed}", out=out)
    supervisor = here.ours.pid if here.ours is not None else int(here.ready["supervisor"])
    memory_mb = memory.pss_mb(supervisor)
    print(f"  ready in {here.ready['ready_s']} s; {memory_mb} MB at the end of the day", file=out, flush=True)
    return {"ready_s": here.ready["ready_s"], "memory_mb": memory_mb, **json.loads(told.splitlines()[-1])}


def manage(*command: str, out: TextIO) -> str:
    """Run a command of ours beside this one; what it tells goes to `out`. Returns its standard output."""
    child = subprocess.Popen(  # noqa: S603 - a command of our own
        [sys.executable, str(ROOT / "manage.py"), *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=out,
        text=True,
    )
    told, _ = child.communicate()
    if not told.strip():
        raise CommandError(f"manage.py {command[0]} did not get to its end; what it said stands above")
    return told


def stay(here: running.Running, *, out: TextIO) -> None:
    """Until Ctrl-C, with what a person needs to look around."""
    print("", *platform.welcome(here.ready), "", manage("logins", out=out), sep="\n", file=out, flush=True)
    try:
        code = here.wait()
    except KeyboardInterrupt:
        print("stopping", file=out, flush=True)
        return
    if code:
        raise CommandError(f"the platform ended by itself ({code}); the data stays: start it again", returncode=1)
