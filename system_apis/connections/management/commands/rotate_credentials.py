"""Seal all vendor credentials with the newest key, so that an older one can be taken away."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from system_apis.connections import sealed, services


class Command(BaseCommand):
    help = "Put the new key first in RETAIL_CREDENTIAL_KEYS, run this, then take the old key out. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py rotate_credentials"

    def handle(self, *args: object, **options: object) -> None:
        anew, total = services.rotate_credentials()
        self.stdout.write(f"{anew} of {total} connections sealed anew with key {sealed.newest_key_id()}")
