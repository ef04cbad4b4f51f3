"""Compare our books with the systems they stand for, and take in what a lost webhook has cost us."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import F

from process_apis.ledger import queries as ledger
from process_apis.order_to_cash import lookout
from process_apis.orders.models import Order, OrderState
from retail_platform.kernel.progress import Progress
from system_apis.erp.gateway import erp
from system_apis.errors import SystemFault

_SENT = (OrderState.RELEASED, OrderState.PART_SHIPPED)


class Command(BaseCommand):
    help = "Ask warehouses for parcels nobody told us of, and compare the ERP's trial balance with our ledger's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py reconcile --dry-run"
        parser.add_argument("--order", metavar="NUMBER", help="this order only, and no trial balance")
        parser.add_argument("--dry-run", action="store_true", help="say what is missing, take nothing in")
        parser.add_argument("--json", action="store_true", help="print one JSON document at the end")

    def handle(self, *args: object, **options: Any) -> None:
        parcels = list(self._parcels(options["order"], dry_run=options["dry_run"]))
        accounts = [] if options["order"] else list(_accounts())
        if options["json"]:
            document = {"dry_run": options["dry_run"], "parcels": parcels, "accounts": accounts}
            self.stdout.write(json.dumps(document))
            return
        for found in parcels:
            self.stdout.write(" ".join(f"{name}={value}" for name, value in found.items()))
        done = "would be taken in" if options["dry_run"] else "told to the journeys"
        self.stdout.write(f"{sum('shipment' in found for found in parcels)} missing parcels {done}")
        for row in accounts:
            self.stdout.write(f"account {row['account']} {row['currency']}: {row['difference']} more in the ERP")
        if not options["order"]:
            self.stdout.write(f"{len(accounts)} accounts differ; entries on their way make a difference for a while")

    def _parcels(self, number: str | None, *, dry_run: bool) -> Iterator[dict[str, str]]:
        waiting = Order.objects.filter(lines__quantity__gt=F("lines__shipped") + F("lines__cancelled")).distinct()
        orders = waiting.filter(number=number) if number else waiting.filter(state__in=_SENT)
        with Progress(self.stderr, label="orders asked for", total=orders.count()) as progress:
            for order in orders.order_by("id").iterator(chunk_size=200):
                try:
                    for shipment in lookout.find_parcels(order, dry_run=dry_run):
                        yield {"order": order.number, "shipment": shipment.shipment_id, "node": shipment.node}
                except SystemFault as fault:  # one warehouse that is away does not hide what the others know
                    yield {"order": order.number, "fault": str(fault)}
                progress.add(1)


def _accounts() -> Iterator[dict[str, str]]:
    entity = settings.LEGAL_ENTITY
    ours = {(row.account, row.balance.currency): row.balance.minor for row in ledger.trial_balance(entity=entity)}
    theirs = {(row.account, row.balance.currency): row.balance.minor for row in erp().trial_balance(entity=entity)}
    for account, currency in sorted(ours.keys() | theirs.keys()):
        difference = theirs.get((account, currency), 0) - ours.get((account, currency), 0)
        if difference:
            yield {"account": account, "currency": currency, "difference": str(difference)}
