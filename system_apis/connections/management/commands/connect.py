"""Connect an account at a vendor, or change one, without secrets on the command line if you like."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError
from system_apis.connections import services
from system_apis.connections.models import Connection, Kind


class Command(BaseCommand):
    help = "Create or change a connection. A secret is name=value, or name=@VARIABLE to read it from the environment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py connect --code shopify --secret webhook_secret=@SHOPIFY_SECRET"
        parser.add_argument("--code", required=True, help="our name for the account, for example shopify-de")
        parser.add_argument("--kind", choices=Kind.values, help="what kind of system it is; needed for a new one")
        parser.add_argument("--vendor", help="for example sandbox or shopify")
        parser.add_argument("--base-url", help="where its API is")
        parser.add_argument("--channel", help="commerce only: the channel its orders belong to")
        parser.add_argument("--budget-per-s", type=int, help="calls a second, all processes together")
        parser.add_argument("--secret", action="append", default=[], metavar="NAME=VALUE", help="kept sealed")
        parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="kept as it is")
        parser.add_argument("--off", dest="active", action="store_false", default=None, help="switch it off")
        parser.add_argument("--on", dest="active", action="store_true", help="switch it on again")

    def handle(self, *args: object, code: str, **options: Any) -> None:
        names = ("kind", "vendor", "base_url", "channel", "budget_per_s", "active")
        fields = {name: options[name] for name in names if options[name] is not None}
        secrets = {name: _from_environment(value) for name, value in _pairs(options["secret"])}
        if options["setting"]:
            before = Connection.objects.filter(code=code).values_list("settings", flat=True).first() or {}
            fields["settings"] = {**before, **dict(_pairs(options["setting"]))}
        try:
            row = services.connect(code=code, secrets=secrets, now=clock.now(), **fields)
        except DomainError as refused:
            raise CommandError(refused.detail) from refused
        shown = ", ".join(f"{name} {masked}" for name, masked in row.masked_credentials.items()) or "none"
        state = "active" if row.active else "off"
        self.stdout.write(f"{row.code}: {row.kind} at {row.vendor}, {row.base_url}, {state}; credentials: {shown}")


def _pairs(given: list[str]) -> list[tuple[str, str]]:
    pairs = [entry.partition("=") for entry in given]
    if wrong := [name for name, sign, _ in pairs if not sign or not name]:
        raise CommandError(f"write NAME=VALUE, not {wrong[0]!r}")
    return [(name, value) for name, _, value in pairs]


def _from_environment(value: str) -> str:
    if not value.startswith("@"):
        return value
    if value[1:] not in os.environ:
        raise CommandError(f"the environment has no variable {value[1:]}")
    return os.environ[value[1:]]
