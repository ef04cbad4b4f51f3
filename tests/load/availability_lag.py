"""From a movement accepted to availability changed, under a steady stream: `python -m tests.load.availability_lag`.

Starts the platform as real processes with the demo's data. A warehouse tells of movements over HTTP, most in batches
and some alone; those told alone are watched: how long after their 200 does `GET availability` show them?
"""

import argparse
import json
import os
import statistics
import threading
import time
from collections.abc import Sequence
from typing import Any

import django
import requests

from tests.load.warehouse import Warehouse, a_key
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
        load = Load(stack.ready["url"], key=a_key(), per_second=wish.per_second, alone=wish.alone)
        print(json.dumps(load.measured(seconds=wish.seconds), indent=2))


class Load:
    """A warehouse that tells in batches, one that tells one at a time, and a shopper who looks."""

    def __init__(self, url: str, *, key: str, per_second: int, alone: int) -> None:
        self.url, self.key, self.alone, self.batched = url, key, alone, per_second - alone
        self.watched = [f"SKU-{number:05d}" for number in range(1, WATCHED + 1)]
        self.others = [f"SKU-{number:05d}" for number in range(WATCHED + 1, 401)]
        self.batches, self.singles = Warehouse(url, key=key), Warehouse(url, key=key)
        self.shown: dict[str, int] = {}
        self.waiting: dict[str, tuple[int, float]] = {}
        self.lags: list[float] = []
        self.lock, self.over = threading.Lock(), threading.Event()

    def measured(self, *, seconds: int) -> dict[str, Any]:
        """Tell and look for so long, then until the last one is seen."""
        shopper = threading.Thread(target=self._look)
        shopper.start()
        while len(self.shown) < WATCHED:
            time.sleep(LOOK_EVERY_S)
        began = time.monotonic()
        batches = threading.Thread(
            target=self.batches.tell_steadily,
            args=(self.others,),
            kwargs={"per_second": self.batched, "until": began + seconds},
        )
        batches.start()
        self._tell_one_by_one(until=began + seconds)
        batches.join()
        took = time.monotonic() - began
        until = time.monotonic() + LATEST_S
        while self.waiting and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
        self.over.set()
        shopper.join()
        return self._summed_up(took)

    def _summed_up(self, took: float) -> dict[str, Any]:
        lags, posts = sorted(self.lags), sorted(self.batches.posts_ms + self.singles.posts_ms)
        accepted = self.batches.accepted + self.singles.accepted
        return {
            "movements": accepted,
            "per_s": round(accepted / took, 1),
            "watched": len(lags),
            "never_seen": len(self.waiting),
            "post_p95_ms": round(posts[int(len(posts) * 0.95)], 1),
            "lag_p50_s": round(statistics.median(lags), 3),
            "lag_p95_s": round(lags[int(len(lags) * 0.95)], 3),
            "lag_longest_s": round(lags[-1], 3),
        }

    def _tell_one_by_one(self, *, until: float) -> None:
        told, began = 0, time.monotonic()
        while (now := time.monotonic()) < until:
            if told < (now - began) * self.alone:
                self._tell_one(self.watched[told % WATCHED])
                told += 1
            time.sleep(0.005)

    def _tell_one(self, sku: str) -> None:
        with self.lock:
            if sku in self.waiting:
                return  # the shopper has not seen the last one
            before = self.shown[sku]
        self.singles.tell([(sku, UNITS)])
        with self.lock:
            if self.shown[sku] > before:  # seen before its own 200 came back
                self.lags.append(0.0)
            else:
                self.waiting[sku] = (before, time.monotonic())

    def _look(self) -> None:
        query = [("channel", "web"), *(("sku", sku) for sku in self.watched)]
        address = f"{self.url}/api/experience/storefront/v1/availability"
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self.key}"
            while not self.over.is_set():
                answer = session.get(address, params=query, timeout=30).json()
                now = time.monotonic()
                with self.lock:
                    for item in answer["items"]:
                        self._see(item["sku"], item["available"], now)
                time.sleep(LOOK_EVERY_S)

    def _see(self, sku: str, units: int, now: float) -> None:
        self.shown[sku] = units
        before, since = self.waiting.get(sku, (0, 0.0))
        if since and units > before:
            del self.waiting[sku]
            self.lags.append(now - since)


if __name__ == "__main__":
    main()
