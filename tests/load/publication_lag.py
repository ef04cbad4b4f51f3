"""From a movement to the channel told, under a steady stream: `python -m tests.load.publication_lag --seconds 30`.

Starts the platform as real processes with the demo's data, applies movements at a steady rate, and prints how long
changes waited until the pretend shops had taken them.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import django

from tests.stack import a_stack


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--per-second", type=int, default=200)
    wish = parser.parse_args(arguments)
    with a_stack() as stack:
        os.environ.update(stack.state.env, DJANGO_SETTINGS_MODULE="settings")
        django.setup()
        from retail_platform.demo import seed

        seed.write(base_url=stack.ready["url"], sandbox_url=f"http://127.0.0.1:{stack.state.servers['SANDBOX_PORT']}")
        print(json.dumps(measured(seconds=wish.seconds, per_second=wish.per_second), indent=2))


def measured(*, seconds: int, per_second: int) -> dict[str, Any]:
    """Move goods, wait until every channel has heard of all, and sum up."""
    from canonical.stock import MovementReason, StockMovement
    from process_apis.catalog.models import Product
    from process_apis.publication import lag
    from process_apis.publication.models import ChangeNoted
    from process_apis.stock import services as stock
    from retail_platform.kernel import clock

    dice = random.Random(7)
    skus = list(Product.objects.order_by("sku").values_list("sku", flat=True))
    begun, number = time.monotonic(), 0
    while (now := time.monotonic() - begun) < seconds:
        while number < now * per_second:
            number += 1
            stock.move(
                [
                    StockMovement(
                        key=f"load:{begun}:{number}",
                        sku=dice.choice(skus),
                        node="WH-1",
                        units=dice.choice([-1, 1, 2]),
                        reason=MovementReason.ADJUSTMENT,
                        source="load",
                        occurred_at=datetime.now(UTC),
                    )
                ]
            )
        time.sleep(0.002)
    rate = number / (time.monotonic() - begun)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = lag.by_channel(now=clock.now())
        if not ChangeNoted.objects.exists() and not any(each.waiting for each in found):
            break
        time.sleep(0.5)
    return {
        "movements": number,
        "per_s": round(rate, 1),
        "channels": [
            {"channel": each.channel, "p50_s": each.p50_s, "p95_s": each.p95_s, "longest_s": each.longest_s,
             "told": each.told, "conflicts": each.conflicts, "left": each.waiting}
            for each in found
        ],
    }  # fmt: skip


if __name__ == "__main__":
    main()
