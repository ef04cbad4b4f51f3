"""Tell channels of stock now, from the command line."""

import json
from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError
from django.db.models.functions import Now

from process_apis.publication import lag, publisher, shops
from process_apis.publication.models import ChannelShop
from retail_platform.kernel import clock


class Command(BaseCommand):
    help = "Tell every channel with a shop what it may sell. Safe to stop and to start again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py publish_stock --channel web --full --dry-run"
        parser.add_argument("--channel", default="", help="one channel only, for example web")
        parser.add_argument("--full", action="store_true", help="read what the shop shows of every sku, and repair it")
        parser.add_argument("--dry-run", action="store_true", help="say what waits, tell nothing")
        parser.add_argument("--json", action="store_true", help="one document at the end")

    def handle(self, *args: object, channel: str, full: bool, dry_run: bool, **options: object) -> None:
        channels = shops.look_up()
        if channel and channel not in channels:
            raise CommandError(
                f"no shop of channel {channel!r} takes stock; there is {', '.join(channels) or 'none'}. "
                "A shop takes it when its connection is active and, at Shopify, a location is linked (manage.py link)"
            )
        for name in [channel] if channel else channels:
            if not dry_run:
                self._tell(name, full=full, quiet=bool(options["json"]))
        self._report(channel, as_json=bool(options["json"]))

    def _tell(self, channel: str, *, full: bool, quiet: bool) -> None:
        changes = {"retry_at": None, **({"full_due_at": Now()} if full else {})}
        ChannelShop.objects.filter(channel=channel).update(**changes)
        if not publisher.publish(channel, lasting_s=600) and not quiet:
            fault = ChannelShop.objects.get(channel=channel).last_fault
            self.stdout.write(f"{channel}: {fault or 'another publisher is at it'}")

    def _report(self, channel: str, *, as_json: bool) -> None:
        found = [each for each in lag.by_channel(now=clock.now()) if channel in ("", each.channel)]
        if as_json:
            self.stdout.write(json.dumps({"channels": [asdict(each) for each in found]}, default=str))
            return
        for each in found:
            self.stdout.write(
                f"{each.channel}: {each.skus} skus, {each.waiting} waiting, {each.refused} not taken by the shop, "
                f"{each.drifted} found changed in the shop"
            )
