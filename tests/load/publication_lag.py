"""From a movement to the channel told, under a steady stream: `python -m tests.load.publication_lag --seconds 30`.

Starts the platform as real processes with the demo's data, has a warehouse tell of movements at a steady rate, and
prints how long changes waited until the pretend shops had taken them.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import django

from tests.load.warehouse import Warehouse, a_key
from tests.stack import a_stack

LATEST_S = 90.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--per-second", type=int, default=200)
    wish = parser.parse_args(arguments)
    with a_stack() as stack:
        os.environ.update(stack.state.env, DJANGO_SETTINGS_MODULE="settings")
        django.setup()
        from retail_platform.demo import seed

        sandbox = f"http://127.0.0.1:{stack.state.servers['SANDBOX_PORT']}"
        seed.write(base_url=stack.ready["url"], sandbox_url=sandbox)
        warehouse = Warehouse(stack.ready["url"], key=a_key())
        print(json.dumps(measured(warehouse, seconds=wish.seconds, per_second=wish.per_second), indent=2))


def measured(warehouse: Warehouse, *, seconds: int, per_second: int) -> dict[str, Any]:
    """Move goods once the channels know their opening stock, wait until they have heard of all, and sum up."""
    from process_apis.catalog.models import Product
    from process_apis.publication import lag
    from process_apis.publication.models import ChangeNoted, Sending
    from retail_platform.kernel import clock

    def heard_of_all() -> bool:
        found = lag.by_channel(now=clock.now())
        return bool(found) and not ChangeNoted.objects.exists() and not any(each.waiting for each in found)

    opened_in = _until(heard_of_all)
    Sending.objects.all().delete()  # what the opening took is another figure
    skus = list(Product.objects.filter(active=True).order_by("sku").values_list("sku", flat=True))
    began = time.monotonic()
    warehouse.tell_steadily(skus, per_second=per_second, until=began + seconds)
    rate = warehouse.accepted / (time.monotonic() - began)
    _until(heard_of_all)
    return {
        "opening_told_s": opened_in,
        "movements": warehouse.accepted,
        "per_s": round(rate, 1),
        "channels": [
            {"channel": each.channel, "p50_s": each.p50_s, "p95_s": each.p95_s, "longest_s": each.longest_s,
             "told": each.told, "conflicts": each.conflicts, "refused": each.refused, "left": each.waiting,
             "fault": each.last_fault}
            for each in lag.by_channel(now=clock.now())
        ],
    }  # fmt: skip


def _until(done: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not done() and time.monotonic() - began < LATEST_S:
        time.sleep(0.5)
    return round(time.monotonic() - began, 1)


if __name__ == "__main__":
    main()
