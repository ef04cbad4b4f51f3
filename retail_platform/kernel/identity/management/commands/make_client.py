"""Make an OAuth 2 client id and secret, for a service."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from retail_platform.kernel.identity import services
from retail_platform.kernel.identity.scopes import SCOPES


class Command(BaseCommand):
    help = "Make an OAuth 2 client id and secret and print them once, as JSON. A former secret stops working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py make_client --client price-feed --scope storefront.read"
        parser.add_argument("--client", required=True, help="who it is for: letters, digits, hyphens")
        names = sorted(SCOPES)
        scopes = f"what it may do; may be given again: {', '.join(names)}"
        parser.add_argument("--scope", action="append", required=True, choices=names, metavar="SCOPE", help=scopes)
        parser.add_argument("--store", action="append", default=[], help="only this store; may be given again")
        parser.add_argument("--channel", action="append", default=[], help="only this channel; may be given again")

    def handle(
        self, *args: Any, client: str, scope: list[str], store: list[str], channel: list[str], **options: Any
    ) -> None:
        try:
            row = services.widen_client(name=client, scopes=scope, stores=store, channels=channel)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        client_id, secret = services.make_oauth(client=row)
        self.stderr.write(f"Client id and secret of {row.name}; keep them, the secret is not shown again:")
        self.stdout.write(json.dumps({"client_id": client_id, "client_secret": secret}))
