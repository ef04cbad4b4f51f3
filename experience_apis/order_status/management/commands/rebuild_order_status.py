"""Work out anew what every buyer sees of their order."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from experience_apis.order_status import projection
from process_apis.orders.models import Order
from retail_platform.kernel import clock
from retail_platform.kernel.progress import Progress


class Command(BaseCommand):
    help = "Rebuild the status of orders from the order book. Safe to stop and to start again, at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py rebuild_order_status --number W-1001"
        parser.add_argument("--number", action="append", default=[], help="only this order; may be given several times")
        parser.add_argument("--channel", default="", help="only the orders of this channel")

    def handle(self, *args: object, number: list[str], channel: str, **options: object) -> None:
        orders = Order.objects.order_by("number")
        if number:
            orders = orders.filter(number__in=number)
        if channel:
            orders = orders.filter(channel=channel)
        changed = 0
        with Progress(self.stdout, label="order status", total=orders.count()) as progress:
            for each in orders.values_list("number", flat=True).iterator(chunk_size=1000):
                changed += projection.refresh(each, now=clock.now())
                progress.add()
        self.stdout.write(f"{changed} orders were different")
