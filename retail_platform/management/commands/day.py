"""`manage.py day`: a retail day on a platform that runs, and the statement at its end."""

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from retail_platform.demo import day, statement
from retail_platform.demo.equation import table
from retail_platform.kernel.machine import running
from retail_platform.kernel.supervisor.state import State


class Command(BaseCommand):
    help = "Play a retail day on the running platform and print the statement; 0 if everything ties out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py day --orders 40 --seed 7    (on a platform that runs: manage.py up)"
        parser.add_argument("--orders", type=int, default=300, help="web orders of the day (default 300)")
        parser.add_argument("--seed", type=int, default=None, help="the same seed is the same day (default: the clock)")
        parser.add_argument("--url", help="where the platform answers, if manage.py up did not start it here")
        parser.add_argument("--sandbox", help="where the pretend outside world answers, likewise")
        parser.add_argument("--json", action="store_true", help="end with one document on standard output")

    def handle(
        self, *args: object, orders: int, seed: int | None, url: str | None, sandbox: str | None, **options: Any
    ) -> None:
        out: TextIO = sys.stderr if options["json"] else sys.stdout
        if orders < 1:
            raise CommandError("--orders: give at least 1")
        at = {"url": url, "sandbox": sandbox} if url and sandbox else running.ready(State.here())
        if not at:
            raise CommandError("nothing runs on this state; start it with manage.py up, or give --url and --sandbox")
        seed = int(time.time()) if seed is None else seed
        print(f"a retail day of {orders} orders, seed {seed}", file=out, flush=True)
        day.run(orders=orders, seed=seed, out=out, base_url=at["url"], sandbox_url=at["sandbox"])
        equations = statement.make(sandbox_url=at["sandbox"])
        print("\nThe statement", *table(equations), sep="\n", file=out, flush=True)
        if options["json"]:
            found = [equation._asdict() for equation in equations]
            print(json.dumps({"seed": seed, "orders": orders, "equations": found}), flush=True)
        if not all(equation.ties_out for equation in equations):
            raise CommandError("the statement does not tie out: see the differences above")
