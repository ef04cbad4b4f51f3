"""From a movement accepted to availability changed, under a steady stream: `python -m tests.load.availability_lag`.

Starts the platform as real processes with the demo's data. A warehouse tells of movements over HTTP, most in batches
and some alone; those told alone are watched: how long after their 200 does `GET availability` show them?
"""

import argparse
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import django
import requests

from tests.stack import a_stack

WATCHED, UNITS, LOOK_EVERY_S, LATEST_S = 150, 10, 0.05, 30.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--per-second", type=int, default=200)
    parser.add_argument("--alone", type=int, default=20, help="of those a second, told one at a time and watched")
    wish = parser.parse_args(arguments)
    with a_stack() as stack:
        os.environ.update(stack.state.env, DJANGO_SETTINGS_MODULE="settings")
        django.setup()
        from retail_platform.demo import seed

        sandbox = f"http://127.0.0.1:{stack.state.servers['SANDBOX_PORT']}"
        seed.write(base_url=stack.ready["url"], sandbox_url=sandbox)
        load = Load(stack.ready["url"], key=_a_key(), per_second=wish.per_second, alone=wish.alone)
        print(json.dumps(load.measured(seconds=wish.seconds), indent=2))


def _a_key() -> str:
    from retail_platform.kernel.identity import services as identity

    scopes = ["process.read", "process.write", "storefront.read"]
    return identity.make_key(client=identity.ensure_client(name="load", scopes=scopes, per_minute=1_000_000))


class Load:
    """One warehouse that tells, and one shopper who looks."""

    def __init__(self, url: str, *, key: str, per_second: int, alone: int) -> None:
        self.url, self.key, self.alone, self.batched = url, key, alone, per_second - alone
        self.watched = [f"SKU-{number:05d}" for number in range(1, WATCHED + 1)]
        self.others = [f"SKU-{number:05d}" for number in range(WATCHED + 1, 401)]
        self.shown: dict[str, int] = {}
        self.waiting: dict[str, tuple[int, float]] = {}
        self.lags: list[float] = []
        self.accepted, self.posts_ms = 0, list[float]()
        self.lock, self.over = threading.Lock(), threading.Event()

    def measured(self, *, seconds: int) -> dict[str, Any]:
        """Tell and look for so long, then until the last one is seen."""
        shopper = threading.Thread(target=self._look)
        shopper.start()
        while len(self.shown) < WATCHED:
            time.sleep(0.05)
        began = time.monotonic()
        tellers = [threading.Thread(target=each, args=(began + seconds,)) for each in (self._batches, self._singles)]
        for thread in tellers:
            thread.start()
        for thread in tellers:
            thread.join()
        rate = self.accepted / (time.monotonic() - began)
        until = time.monotonic() + LATEST_S
        while self.waiting and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
        self.over.set()
        shopper.join()
        lags, posts = sorted(self.lags), sorted(self.posts_ms)
        return {
            "movements": self.accepted,
            "per_s": round(rate, 1),
            "watched": len(lags),
            "never_seen": len(self.waiting),
            "post_p95_ms": round(posts[int(len(posts) * 0.95)], 1),
            "lag_p50_s": round(statistics.median(lags), 3),
            "lag_p95_s": round(lags[int(len(lags) * 0.95)], 3),
            "lag_longest_s": round(lags[-1], 3),
        }

    def _batches(self, until: float) -> None:
        dice, told, began = random.Random(7), 0, time.monotonic()
        with self._session() as session:
            while (now := time.monotonic()) < until:
                many = int((now - began) * self.batched) - told
                if many >= 20:
                    self._tell(session, [(dice.choice(self.others), dice.choice([1, 2, 3])) for _ in range(many)])
                    told += many
                time.sleep(0.02)

    def _singles(self, until: float) -> None:
        turn, told, began = 0, 0, time.monotonic()
        with self._session() as session:
            while (now := time.monotonic()) < until:
                if told < (now - began) * self.alone:
                    sku, turn, told = self.watched[turn % WATCHED], turn + 1, told + 1
                    with self.lock:
                        if sku in self.waiting:
                            continue  # the shopper has not seen the last one
                        before = self.shown[sku]
                    self._tell(session, [(sku, UNITS)])
                    with self.lock:
                        if self.shown[sku] > before:  # seen before its own 200 came back
                            self.lags.append(0.0)
                        else:
                            self.waiting[sku] = (before, time.monotonic())
                time.sleep(0.005)

    def _tell(self, session: requests.Session, moved: list[tuple[str, int]]) -> None:
        at = datetime.now(UTC).isoformat()
        told = [
            {"key": f"wms:load:{uuid4().hex}", "sku": sku, "node": "WH-1", "units": units, "reason": "receipt",
             "source": "wms", "occurred_at": at}
            for sku, units in moved
        ]  # fmt: skip
        began = time.monotonic()
        answer = session.post(
            f"{self.url}/api/process/stock/v1/movements",
            json={"movements": told},
            headers={"Idempotency-Key": uuid4().hex},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["applied"] == len(moved), answer.text[:500]
        self.posts_ms.append((time.monotonic() - began) * 1000)
        self.accepted += len(moved)

    def _look(self) -> None:
        query = [("channel", "web"), *(("sku", sku) for sku in self.watched)]
        with self._session() as session:
            while not self.over.is_set():
                answer = session.get(
                    f"{self.url}/api/experience/storefront/v1/availability", params=query, timeout=30
                ).json()
                now = time.monotonic()
                with self.lock:
                    for item in answer["items"]:
                        self.shown[item["sku"]] = item["available"]
                        before, since = self.waiting.get(item["sku"], (0, 0.0))
                        if since and item["available"] > before:
                            del self.waiting[item["sku"]]
                            self.lags.append(now - since)
                time.sleep(LOOK_EVERY_S)

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.key}"
        return session


if __name__ == "__main__":
    main()
