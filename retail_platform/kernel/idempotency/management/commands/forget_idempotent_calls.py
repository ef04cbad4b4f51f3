"""Let old Idempotency-Keys go."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from retail_platform.kernel import clock
from retail_platform.kernel.idempotency import services


class Command(BaseCommand):
    help = "Remove the records of Idempotency-Keys past their retention. Natural keys go on guarding what was made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py forget_idempotent_calls --days 30"
        parser.add_argument("--days", type=int, default=30, help="keep this many days (30)")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        removed = services.forget(before=clock.now() - timedelta(days=days))
        self.stdout.write(f"{removed} records removed")
