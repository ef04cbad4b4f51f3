"""Work out anew what every channel shows of every sku."""

from argparse import ArgumentParser
from itertools import islice

from django.core.management.base import BaseCommand, CommandError

from experience_apis.availability import projection
from retail_platform.kernel import clock
from retail_platform.kernel.progress import Progress

BATCH = 500


class Command(BaseCommand):
    help = "Rebuild what shoppers see from the stock book. Safe to stop and to start again, at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sku", action="append", default=[], help="only this sku; may be given several times")
        parser.add_argument("--channel", action="append", default=[], help="only this channel; likewise")

    def handle(self, *args: object, sku: list[str], channel: list[str], **options: object) -> None:
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
