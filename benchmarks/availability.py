"""Availability of 1, 20 and 200 skus in 20 nodes each, the caller known by a key and counted against a budget.

`exact`: the budget and the figures from Valkey for each request. `copy`: from the process, at most 100 ms old. The
plain way is a DRF view with a serializer over data in Django's cache on Valkey; the limit is a bare WSGI function that
answers the same bytes. What is compared is the CPU time of the server's process tree per request, in pairs within each
round: `ours_per_s` is how many requests a second of CPU answers.
"""

import http.client
import json
import random
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, TextIO

from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.db import connection

from benchmarks.load import Crowd
from benchmarks.scratch import scratch_database
from benchmarks.serving import Server, serving
from experience_apis.availability import keeper, projection
from experience_apis.availability.models import AvailabilityRow
from experience_apis.storefront.front import PATH
from process_apis.catalog.models import Channel, Node, Product
from process_apis.stock.models import StockPosition
from retail_platform.kernel import clock, valkey
from retail_platform.kernel.identity import services as identity

SIZES, SKUS, NODES = (1, 20, 200), 1000, 20
ROUNDS, SECONDS = 5, 1.0
_MIXES = {1: 500, 20: 200, 200: 40}  # different questions of each size


def run(*, out: TextIO = sys.stderr, rounds: int = ROUNDS, seconds: float = SECONDS) -> list[dict[str, Any]]:
    """Six cases; `out` hears of each round."""
    with ExitStack() as stack:
        url = stack.enter_context(scratch_database())
        settings.AVAILABILITY_PREFIX = prefix = f"bench-{uuid.uuid4().hex[:8]}"
        stack.callback(_forget, prefix)
        print(f"{SKUS} skus in {NODES} nodes", file=out, flush=True)
        key = _a_shop()
        stack.enter_context(_kept_fresh())
        env = {"DATABASE_URL": url, "RETAIL_AVAILABILITY_PREFIX": prefix}
        ours = "retail_platform.wsgi:application"
        servers = {
            "exact": stack.enter_context(serving(ours, first=18100, **env, RETAIL_AVAILABILITY="exact")),
            "copy": stack.enter_context(serving(ours, first=18110, **env, RETAIL_AVAILABILITY="copy")),
            "plain": stack.enter_context(serving("benchmarks.availability_ways:plain", first=18120, **env)),
        }
        asked = {size: _requests(size, key=key) for size in SIZES}
        answers = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "answers.json"
        answers.write_text(json.dumps({size: _answer(servers["exact"], size, key) for size in SIZES}))
        bare = serving("benchmarks.availability_ways:bare", first=18130, probe="/1", BENCH_ANSWERS=str(answers))
        servers["bare"] = stack.enter_context(bare)
        crowd = stack.enter_context(Crowd())
        found = [_size(size, servers, asked[size], crowd, out, rounds, seconds) for size in SIZES]
        return [rows[mode] for mode in ("exact", "copy") for rows in found]


def _size(
    size: int, servers: dict[str, Server], requests: list[str], crowd: Crowd, out: TextIO, rounds: int, seconds: float
) -> dict[str, dict[str, Any]]:
    """The rows of both modes for questions of one size."""
    cost: dict[str, list[float]] = {name: [] for name in servers}
    for number in range(rounds + 1):
        names = sorted(servers)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            path = f"/{size}" if name == "bare" else PATH
            asked = [request.replace(f"GET {PATH}", f"GET {path}", 1) for request in requests]
            before = servers[name].cpu_s()
            done = crowd.ask(servers[name].port, asked, seconds=seconds if number else 0.3)
            cost[name].append((servers[name].cpu_s() - before) / done)
        if number:
            us = "  ".join(f"{name} {round(found[-1] * 1e6):>6}" for name, found in sorted(cost.items()))
            print(f"{size:>4} skus, round {number}: CPU us a request  {us}", file=out, flush=True)
    return {mode: _row(f"{mode} {size}", cost, mode) for mode in ("exact", "copy")}


def _row(case: str, cost: dict[str, list[float]], mode: str) -> dict[str, Any]:
    """Ratios are paired within a round, and the middle one counts; the first round only warms up."""

    def ratio(other: str) -> float:
        return median(theirs / ours for theirs, ours in list(zip(cost[other], cost[mode], strict=True))[1:])

    return {
        "case": case,
        "ours_per_s": round(1 / median(cost[mode][1:])),
        "baseline_ratio": round(ratio("plain"), 2),
        "limit_ratio": round(ratio("bare"), 3),
    }


def _a_shop() -> str:
    """Fill the books, work out what is shown, cache it for the plain way; returns a key that may ask without end."""
    Channel.objects.create(code="web", name="Web shop", currency="EUR")
    Node.objects.bulk_create(
        Node(code=f"STORE-{n:03d}", name=f"Store {n} in the high street", kind="store", rank=n) for n in range(NODES)
    )
    skus = [_sku(n) for n in range(SKUS)]
    Product.objects.bulk_create(
        Product(sku=sku, title=sku, currency="EUR", price_minor=1000, cost_minor=400) for sku in skus
    )
    StockPosition.objects.bulk_create(
        StockPosition(sku=sku, node=f"STORE-{n:03d}", on_hand=10 + n) for sku in skus for n in range(NODES)
    )
    projection.refresh(skus, now=clock.now())
    client = identity.ensure_client(
        name=f"bench-{uuid.uuid4().hex[:8]}", scopes=["storefront.read"], per_minute=2**31 - 1
    )
    cache = RedisCache(settings.VALKEY_URL, {"KEY_PREFIX": f"{settings.AVAILABILITY_PREFIX}:plain"})
    rows = AvailabilityRow.objects.values_list("sku", "body")
    cache.set_many({f"web:{sku}": json.loads(body) for sku, body in rows}, timeout=None)
    return identity.make_key(client=client)


@contextmanager
def _kept_fresh() -> Iterator[None]:
    """What a relay does beside its facts."""
    stop = threading.Event()

    def keep() -> None:
        while not stop.wait(keeper.EVERY_S):
            keeper.tend(delivered=0)
        connection.close()

    for _ in keeper.warm():
        pass
    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _sku(number: int) -> str:
    return f"SKU-{number:05d}"


def _requests(size: int, *, key: str) -> list[str]:
    choose = random.Random(size)  # the same questions in every run
    return [
        _request("&".join(f"sku={_sku(n)}" for n in choose.sample(range(SKUS), size)) + "&channel=web", key)
        for _ in range(_MIXES[size])
    ]


def _request(query: str, key: str) -> str:
    return f"GET {PATH}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nAuthorization: Bearer {key}\r\n\r\n"


def _answer(server: Server, size: int, key: str) -> tuple[list[tuple[str, str]], str]:
    """Head and body of an answer of ours, for the bare function to repeat."""
    asking = http.client.HTTPConnection("127.0.0.1", server.port)
    query = "&".join(f"sku={_sku(n)}" for n in range(size)) + "&channel=web"
    for _ in range(2):  # the first is Django's, who learns the key
        asking.request("GET", f"{PATH}?{query}", headers={"Authorization": f"Bearer {key}"})
        answer = asking.getresponse()
        body = answer.read().decode()
    if answer.status != 200:
        raise RuntimeError(body[:600])
    return [(name, value) for name, value in answer.getheaders() if name.lower() not in ("date", "server")], body


def _forget(prefix: str) -> None:
    for key in valkey.client().scan_iter(match=f"{prefix}:*", count=1000):
        valkey.client().unlink(key)
