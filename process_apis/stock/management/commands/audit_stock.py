"""`manage.py audit_stock`: hold the stock book against its own rows, now."""

import json
from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from process_apis.stock.checking import audit
from process_apis.stock.models import StockPosition
from retail_platform.kernel.progress import Progress

SHOWN = 1000


class Command(BaseCommand):
    help = (
        "Recompute every position from its movements and reservations, and list what differs. Runs nightly by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py audit_stock --json"
        parser.add_argument("--repair", action="store_true", help="put right what differs, with a case for each")
        parser.add_argument("--json", action="store_true", help="print one document for a machine")

    def handle(self, *args: object, repair: bool, **options: object) -> None:
        positions, drifted = StockPosition.objects.count(), 0
        shown: list[dict[str, object]] = []
        with Progress(self.stderr, label="positions", total=positions) as progress:
            for drift in audit.audit(repair=repair, told=progress.add):
                drifted += 1
                if len(shown) < SHOWN:
                    shown.append({name: value for name, value in asdict(drift).items() if name != "position"})
        if options["json"]:
            found = {"positions": positions, "drift": drifted, "repaired": repair and drifted > 0, "items": shown}
            self.stdout.write(json.dumps(found))
        else:
            for each in shown:
                self.stdout.write("  {sku} at {node}: {figure} is {stands}, should be {should_be}".format(**each))
            did = ", all put right" if repair and drifted else ""
            self.stdout.write(f"{positions} positions, {drifted} figures that differ{did}")
        if drifted and not repair:
            raise CommandError(f"{drifted} figures differ from their rows; --repair puts them right")
