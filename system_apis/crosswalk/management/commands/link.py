"""Say which of a vendor's identifiers is which of ours, as a case may ask for."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from system_apis.connections import queries
from system_apis.crosswalk import services


class Command(BaseCommand):
    help = "Link identifiers of a connection: manage.py link --connection shopify 50398373085484=BOOT-42 ..."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py link --connection shopify 50398373085484=SKU-00001"
        parser.add_argument("pairs", nargs="+", metavar="THEIRS=OURS", help="their identifier and ours")
        parser.add_argument("--connection", required=True, help="the code of the connection, for example shopify")
        parser.add_argument("--entity", default="variant", help="what kind of thing it is (default variant)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be linked, change nothing")

    def handle(
        self, *args: object, pairs: list[str], connection: str, entity: str, dry_run: bool, **options: object
    ) -> None:
        account = queries.by_code(connection)
        if account is None:
            raise CommandError(f"there is no active connection {connection!r}; see the admin, Integration, Connections")
        wanted = [(theirs, ours) for theirs, sign, ours in (pair.partition("=") for pair in pairs) if theirs and ours]
        if len(wanted) != len(pairs):
            raise CommandError("write THEIRS=OURS, for example 50398373085484=BOOT-42")
        try:
            with transaction.atomic():  # all of them or none
                for theirs, ours in wanted:
                    services.link(account, entity, ours=ours, theirs=theirs)
                transaction.set_rollback(dry_run)
        except services.AlreadyLinked as taken:
            raise CommandError(taken.detail) from taken
        for theirs, ours in wanted:
            self.stdout.write(
                f"{'would link' if dry_run else 'linked'} {entity} {theirs} at {connection} to our {ours}"
            )
