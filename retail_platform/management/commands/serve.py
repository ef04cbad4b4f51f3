"""`manage.py serve`: become one process of the platform. A container or a service manager starts one for each role."""

import os
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from retail_platform.kernel.machine import roles


class Command(BaseCommand):
    help = "Become one process of the platform: web, worker, beat, relay or sandbox."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py serve web --host 0.0.0.0 --port 8000"
        parser.add_argument("role", nargs="?", default=os.environ.get("RETAIL_ROLE", "web"), help="or RETAIL_ROLE")
        parser.add_argument("--host", default="127.0.0.1", help="web: where to listen (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="web: the port (8000)")

    def handle(self, *args: object, role: str, host: str, port: int, **options: object) -> None:
        try:
            command = roles.argv(role, host=host, port=port)
        except KeyError as unknown:
            raise CommandError(str(unknown.args[0])) from unknown
        os.environ.update(roles.SMALL, RETAIL_ROLE=role)
        os.execv(command[0], command)  # noqa: S606  # ours, no shell
