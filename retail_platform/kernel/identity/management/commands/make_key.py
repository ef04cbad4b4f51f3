"""Make an API key, for a till or a sender that cannot do OAuth."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from retail_platform.kernel import clock
from retail_platform.kernel.identity import services
from retail_platform.kernel.identity.scopes import SCOPES


class Command(BaseCommand):
    help = "Make an API key and print it once. Makes the client, or adds the scopes to the one that is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py make_key --client till-7 --scope stores.read --store STORE-007 --days 365"
        parser.add_argument("--client", required=True, help="who it is for: letters, digits, hyphens")
        names = sorted(SCOPES)
        scopes = f"what it may do; may be given again: {', '.join(names)}"
        parser.add_argument("--scope", action="append", required=True, choices=names, metavar="SCOPE", help=scopes)
        parser.add_argument("--store", action="append", default=[], help="only this store; may be given again")
        parser.add_argument("--channel", action="append", default=[], help="only this channel; may be given again")
        parser.add_argument("--days", type=int, help="days until it expires; for ever if not given")

    def handle(
        self, *args: Any, client: str, scope: list[str], store: list[str], channel: list[str], days: int | None,
        **options: Any,
    ) -> None:  # fmt: skip
        try:
            row = services.widen_client(name=client, scopes=scope, stores=store, channels=channel)
            expires_at = clock.now() + timedelta(days=days) if days else None
            key = services.make_key(client=row, scopes=scope, expires_at=expires_at)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stderr.write(f"The key of {row.name}; keep it, it is not shown again:")
        self.stdout.write(key)
