"""`manage.py doctor`: is everything around the platform as it must be, and if not, what to do next."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retail_platform.management import surroundings


class Command(BaseCommand):
    help = "Check Python, packages, disk, ports, database, migrations, privileges and broker; say what to do next."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py doctor --json"
        parser.add_argument("--json", action="store_true", help="one document for a machine")

    def handle(self, *args: object, **options: Any) -> None:
        findings = [*surroundings.machine(), *surroundings.servers()]
        if options["json"]:
            self.stdout.write(json.dumps([finding._asdict() for finding in findings], indent=2))
        else:
            for finding in findings:
                self.stdout.write(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.saw}")
                if not finding.ok:
                    self.stdout.write(f"     {finding.do_next}")
        if failed := [finding.name for finding in findings if not finding.ok]:
            raise CommandError(f"not as it must be: {', '.join(failed)}")
