"""`manage.py demo`: the platform as `up` starts it, a retail day through every layer, and the statement at its end."""

import json
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from retail_platform import staff
from retail_platform.demo import day, seed, statement
from retail_platform.demo.equation import table
from retail_platform.kernel.machine import platform, running
from retail_platform.kernel.supervisor import memory
from retail_platform.kernel.supervisor.state import State


class Command(BaseCommand):
    help = "Start everything, run a whole retail day, print the statement that must tie out, and stay up."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, default=300, help="web orders of the day (default 300)")
        parser.add_argument("--seed", type=int, default=None, help="the same seed is the same day (default: the clock)")
        parser.add_argument("--check", action="store_true", help="exit after the statement: 0 if everything ties out")
        parser.add_argument("--json", action="store_true", help="end with one document on standard output")

    def handle(self, *args: object, orders: int, seed: int | None, check: bool, **options: Any) -> None:
        out: TextIO = sys.stderr if options["json"] else sys.stdout
        for number in (
            signal.SIGINT,
            signal.SIGTERM,
        ):  # also where a shell had them ignored, as for a job in its background
            signal.signal(number, signal.default_int_handler)
        try:
            here = running.start(State.here())
        except running.NotReady as failure:
            raise CommandError(f"the platform did not come up: {failure}") from failure
        try:
            report = run_day(here, orders=orders, seed=int(time.time()) if seed is None else seed, out=out)
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


def run_day(here: running.Running, *, orders: int, seed: int, out: TextIO) -> dict[str, Any]:
    """The day and its statement, told on `out`; the returned report is the document of --json."""
    if here.state.embedded("DATABASE_URL") and here.state.env["DATABASE_URL"] != _database_url():
        raise CommandError("the platform moved to another port while it started; run the same command again")
    print(f"a retail day of {orders} orders, seed {seed}", file=out, flush=True)
    day.run(orders=orders, seed=seed, out=out, base_url=here.ready["url"], sandbox_url=here.ready["sandbox"])
    equations = statement.make(sandbox_url=here.ready["sandbox"])
    supervisor = here.ours.pid if here.ours is not None else int(here.ready["supervisor"])
    memory_mb = memory.pss_mb(supervisor)
    print("\nThe statement", *table(equations), sep="\n", file=out)
    print(f"  ready in {here.ready['ready_s']} s; {memory_mb} MB at the end of the day", file=out, flush=True)
    return {
        "seed": seed,
        "orders": orders,
        "ready_s": here.ready["ready_s"],
        "memory_mb": memory_mb,
        "equations": [equation._asdict() for equation in equations],
    }


def stay(here: running.Running, *, out: TextIO) -> None:
    """Until Ctrl-C, with what a person needs to look around."""
    print("", *platform.welcome(here.ready), *logins(), sep="\n", file=out, flush=True)
    try:
        here.wait()
    except KeyboardInterrupt:
        print("stopping", file=out, flush=True)


def logins() -> list[str]:
    """New passwords and keys for the demo's people and programs, since old ones cannot be shown again."""
    staff.make_groups()
    people = staff.make_demo_users(afresh=True)
    return [
        "",
        "Sign in to the administration as",
        *(f"  {name:<12} {password}" for name, password in people.items()),
        "Call the APIs with `Authorization: Bearer <key>`",
        f"  storefront   {seed.storefront_key()}",
        f"  engineer     {seed.engineer_key()}",
    ]


def _database_url() -> str:
    database = settings.DATABASES["default"]
    return (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
