"""A warehouse that tells of movements over HTTP, alone or in batches, at a steady rate."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import requests

BATCH = 20


def a_key() -> str:
    """A key of a client that tells and looks as often as it likes. Django must know the stack's database."""
    from retail_platform.kernel.identity import services as identity

    scopes = ["process.read", "process.write", "storefront.read"]
    return identity.make_key(client=identity.ensure_client(name="load", scopes=scopes, per_minute=1_000_000))


class Warehouse:
    """WH-1, as its WMS tells of it. `accepted` counts movements, `posts_ms` how long each call took."""

    def __init__(self, url: str, *, key: str) -> None:
        self.url, self.accepted, self.posts_ms = url, 0, list[float]()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"

    def tell(self, moved: Sequence[tuple[str, int]]) -> None:
        """(sku, units) received, each a movement."""
        at = datetime.now(UTC).isoformat()
        told = [
            {"key": f"wms:load:{uuid4().hex}", "sku": sku, "node": "WH-1", "units": units, "reason": "receipt",
             "source": "wms", "occurred_at": at}
            for sku, units in moved
        ]  # fmt: skip
        began = time.monotonic()
        answer = self.session.post(
            f"{self.url}/api/process/stock/v1/movements",
            json={"movements": told},
            headers={"Idempotency-Key": uuid4().hex},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["applied"] == len(moved), answer.text[:500]
        self.posts_ms.append((time.monotonic() - began) * 1000)
        self.accepted += len(moved)

    def tell_steadily(self, skus: Sequence[str], *, per_second: int, until: float) -> None:
        """So many movements a second of skus drawn at random, in batches of some tens."""
        dice, told, began = random.Random(7), 0, time.monotonic()
        while (now := time.monotonic()) < until:
            many = int((now - began) * per_second) - told
            if many >= BATCH:
                self.tell([(dice.choice(skus), dice.choice([1, 2, 3])) for _ in range(many)])
                told += many
            time.sleep(0.02)
