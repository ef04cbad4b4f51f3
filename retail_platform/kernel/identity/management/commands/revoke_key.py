"""Take an API key back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retail_platform.kernel.identity import services


class Command(BaseCommand):
    help = "Take an API key back. Every process refuses it within five seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py revoke_key rp_abcdefgh"
        parser.add_argument("key", help="the key, or its first part: rp_abcdefgh")

    def handle(self, *args: Any, key: str, **options: Any) -> None:
        prefix = key.removeprefix("rp_").split("_", 1)[0]
        if not services.revoke_key(prefix=prefix):
            raise CommandError(f"There is no live key rp_{prefix}; the admin lists them.")
        self.stdout.write(f"rp_{prefix} is revoked")
