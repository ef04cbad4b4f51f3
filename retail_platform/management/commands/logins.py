"""`manage.py logins`: new passwords and keys for the demo's people and programs; old ones cannot be shown again."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from retail_platform import staff
from retail_platform.demo import seed


class Command(BaseCommand):
    help = "Print new passwords of the demo's people and new keys of its programs; the ones before stop working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py logins    (on a platform that was seeded)"

    def handle(self, *args: object, **options: object) -> None:
        staff.make_groups()
        people = staff.make_demo_users(afresh=True)
        lines = [
            "Sign in to the administration as",
            *(f"  {name:<12} {password}" for name, password in people.items()),
            "Call the APIs with `Authorization: Bearer <key>`",
            f"  storefront   {seed.storefront_key()}",
            f"  till         {seed.till_key()}",
            f"  engineer     {seed.engineer_key()}",
        ]
        self.stdout.write("\n".join(lines))
