"""`manage.py up`: hands over to the supervisor, which needs no Django and so stays small."""

import os
import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Start the whole platform on this machine and keep it up: servers, web, worker, beat, relay, sandbox."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Example: manage.py up    (own servers: set DATABASE_URL, VALKEY_URL, BROKER_URL; "
            "state: .local, or RETAIL_STATE)"
        )

    def handle(self, *args: object, **options: object) -> None:
        os.execv(sys.executable, [sys.executable, "-m", "retail_platform.kernel.machine"])  # noqa: S606
