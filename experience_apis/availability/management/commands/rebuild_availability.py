"""Work out anew what every channel shows of every sku, and copy it to where it is read."""

from argparse import ArgumentParser
from itertools import islice

from django.core.management.base import BaseCommand, CommandError

from experience_apis.availability import keeper, projection
from experience_apis.availability.models import AvailabilityRow
from retail_platform.kernel import clock, valkey
from retail_platform.kernel.progress import Progress

BATCH = 500


class Command(BaseCommand):
    help = "Rebuild what shoppers see from the stock book. Safe to stop and to start again, at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py rebuild_availability --channel web --sku SKU-00001"
        parser.add_argument("--sku", action="append", default=[], help="only this sku; may be given several times")
        parser.add_argument("--channel", action="append", default=[], help="only this channel; likewise")
        parser.add_argument("--warm", action="store_true", help="only fill the copy in Valkey from what there is")

    def handle(self, *args: object, sku: list[str], channel: list[str], warm: bool, **options: object) -> None:
        if not warm:
            self._rebuild(sku, channel)
        self._warm()

    def _rebuild(self, sku: list[str], channel: list[str]) -> None:
        if strange := sorted(set(channel) - set(projection.channels())):
            raise CommandError(f"no active channel {', '.join(strange)}; there are {', '.join(projection.channels())}")
        skus = sku or projection.skus()
        rest, changed = iter(skus), 0
        with Progress(self.stdout, label="availability", total=len(skus)) as progress:
            while batch := list(islice(rest, BATCH)):
                changed += projection.refresh(batch, into=channel or None, now=clock.now())
                progress.add(len(batch))
        if not sku and not channel:
            changed += projection.forget_unsold()
        self.stdout.write(f"{changed} rows were different")

    def _warm(self) -> None:
        """Without Valkey there is nothing to fill: readers go to PostgreSQL, and a relay fills it when it is back."""
        try:
            with Progress(self.stdout, label="copied", total=AvailabilityRow.objects.count()) as progress:
                for copied in keeper.warm():
                    progress.add(copied)
        except valkey.Down:
            self.stdout.write("Valkey is away; the relay fills it when it is back")
