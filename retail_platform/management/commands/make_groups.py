"""Make the staff's groups, and people to try them with."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from retail_platform import staff


class Command(BaseCommand):
    help = "Bring the staff's groups to what they may do. Safe to repeat; --demo-users prints passwords once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py make_groups --demo-users --new-passwords"
        parser.add_argument("--demo-users", action="store_true", help="also make one person of each kind")
        parser.add_argument("--new-passwords", action="store_true", help="give the demo people new passwords")
        parser.add_argument("--json", action="store_true", help="print one document")

    def handle(self, *args: object, demo_users: bool, new_passwords: bool, json: bool, **options: object) -> None:
        try:
            groups = staff.make_groups()
        except LookupError as missing:
            raise CommandError(str(missing)) from missing
        users = staff.make_demo_users(afresh=new_passwords) if demo_users or new_passwords else {}
        if json:
            self.stdout.write(as_json({"groups": groups, "users": users}))
            return
        for name, permissions in groups.items():
            self.stdout.write(f"group {name}: {permissions} permissions")
        for name, password in users.items():
            self.stdout.write(f"user {name}, password {password} (shown only now)")
        if demo_users and not users:
            self.stdout.write("the demo users are there already; --new-passwords gives them new passwords")


def as_json(document: object) -> str:
    """One line of JSON."""
    return json.dumps(document)
