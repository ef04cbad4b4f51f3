"""`manage.py seed`: master data, opening stock and connections to the sandbox, on a platform that runs."""

import json
import os
from argparse import ArgumentParser
from typing import Any

import requests
from django.core.management.base import BaseCommand, CommandError

from retail_platform.demo import addresses, assortment, samples, seed
from retail_platform.kernel import clock


class Command(BaseCommand):
    help = "Write the demo's master data, opening stock and connections; print new keys. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py seed --keep-keys --dry-run"
        parser.add_argument("--url", default=os.environ.get("RETAIL_URL"), help="where the platform answers")
        parser.add_argument("--sandbox", default=sandbox_url(), help="where the pretend outside world answers")
        parser.add_argument("--keep-keys", action="store_true", help="make no new keys, so that those in use stay good")
        parser.add_argument("--moved", action="store_true", help="only tell connections and sandbox where they are now")
        parser.add_argument("--dry-run", action="store_true", help="say what would be written, change nothing")
        parser.add_argument("--json", action="store_true", help="print one document for a machine")

    def handle(
        self, *args: object, url: str | None, sandbox: str, keep_keys: bool, moved: bool, dry_run: bool, **options: Any
    ) -> None:
        if not url:
            raise CommandError("there is no platform yet: start it with manage.py up, or give --url")
        if moved:
            told = addresses.follow(base_url=url, sandbox_url=sandbox)
            self.stdout.write(f"{told} connections know {sandbox}, and it knows {url}")
            return
        if dry_run:
            self.stdout.write(f"would write {assortment.SKUS} skus, their stock, and connections to {sandbox}")
            return
        try:
            seed.write(base_url=url, sandbox_url=sandbox)
            samples.ask_for_a_person(now=clock.now())
        except requests.RequestException as failure:
            raise CommandError(f"the sandbox does not answer at {sandbox} ({failure}); is manage.py up running?") from (
                failure
            )
        keys: dict[str, str] = {}
        if not keep_keys:
            keys = {"storefront": seed.storefront_key(), "till": seed.till_key(), "engineer": seed.engineer_key()}
        if options["json"]:
            self.stdout.write(json.dumps({"url": url, "sandbox": sandbox, "skus": assortment.SKUS, "keys": keys}))
            return
        self.stdout.write(f"{assortment.SKUS} skus, opening stock and connections are written; see {url}/docs/")
        for name, key in keys.items():
            self.stdout.write(f"  {name:<11} {key}   (shown only now; the one before is revoked)")


def sandbox_url() -> str:
    """The sandbox that `manage.py up` runs on this machine."""
    return f"http://127.0.0.1:{os.environ.get('SANDBOX_PORT', '8090')}"
