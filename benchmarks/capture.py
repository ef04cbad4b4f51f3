"""Orders of two lines, each new, each committed before it is answered.

`over http`: ours is the storefront's whole view with key, budget, checks and Idempotency-Key; the plain way is the same
view and rows with a statement of the ORM for each thing (capture_plain.py). `in process`: the same two without HTTP and
checks, from an order that is known to be good to its rows and its fact, as a channel's order is taken. The limit is our
one statement alone, prepared, with its values at hand.

What is compared is CPU time: of the server's process tree (or of this process) and of the database sessions it uses,
per order, in pairs within each round. `ours_per_s` is how many orders a second of CPU takes.
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, TextIO

import psycopg
from django.db import connection, transaction

from benchmarks import capture_plain
from benchmarks.load import ONE_OF_ITS_OWN, Crowd
from benchmarks.scratch import scratch_database
from benchmarks.serving import serving
from canonical.money import Money
from canonical.order import Address, Customer, Order, OrderLine, Tender, TenderState
from process_apis.catalog import tenders
from process_apis.catalog.models import Channel, Jurisdiction, Product
from process_apis.catalog.tender_models import TenderKind
from process_apis.orders import capture, services
from retail_platform.kernel import clock
from retail_platform.kernel.identity import services as identity

ROUNDS, SECONDS, ORDERS, SKUS = 5, 2.0, 300, 1000
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
BODY: dict[str, Any] = {
    "channel": "web",
    "lines": [{"sku": "SKU-00001", "quantity": 2}, {"sku": "SKU-00002", "quantity": 1}],
    "customer": {"name": "Ada Winter", "email": "ada@example.com"},
    "ship_to": {"name": "Ada Winter", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"},
    "payment": {"kind": "card", "token": "tok_visa"},
}
Costs = dict[str, list[float]]


def run(*, out: TextIO = sys.stderr, rounds: int = ROUNDS, seconds: float = SECONDS) -> list[dict[str, Any]]:
    """Both cases; `out` hears of each round."""
    with ExitStack() as stack:
        url = stack.enter_context(scratch_database())
        key = _a_shop()
        bare = stack.enter_context(psycopg.connect(url, autocommit=True, prepare_threshold=1))
        servers = {
            "ours": stack.enter_context(serving("retail_platform.wsgi:application", first=18200, DATABASE_URL=url)),
            "plain": stack.enter_context(serving("benchmarks.capture_ways:plain", first=18210, DATABASE_URL=url)),
        }
        crowd, asked = stack.enter_context(Crowd()), _request(key)
        ways: dict[str, Callable[[], int]] = {
            name: lambda server=server: crowd.ask(server.port, [asked], seconds=seconds)  # type: ignore[misc]
            for name, server in servers.items()
        }
        http = _rounds("over http", ways | {"limit": lambda: _bare(bare)}, servers, rounds, out)
        inside = {"ours": _ours, "plain": _plain, "limit": lambda: _bare(bare)}
        return [http, _rounds("in process", inside, {}, rounds, out)]


def _rounds(
    case: str, ways: dict[str, Callable[[], int]], servers: dict[str, Any], rounds: int, out: TextIO
) -> dict[str, Any]:
    cost: Costs = {name: [] for name in ways}
    for number in range(rounds + 1):
        names = sorted(ways)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            clock_of = servers[name].cpu_s if name in servers else time.process_time
            before, database = clock_of(), _sessions_s()
            done = ways[name]()
            used = clock_of() - before, _sessions_s() - database
            cost[name].append(sum(used) / done)
            if number:
                each = "  ".join(f"{round(part / done * 1e6):>6}" for part in used)
                print(f"{case} {number}: {name:<6} CPU us an order, ours and database's  {each}", file=out, flush=True)

    def ratio(other: str) -> float:  # the first round only warms up
        return median(theirs / ours for theirs, ours in list(zip(cost[other], cost["ours"], strict=True))[1:])

    return {
        "case": case,
        "ours_per_s": round(1 / median(cost["ours"][1:])),
        "baseline_ratio": round(ratio("plain"), 2),
        "limit_ratio": round(ratio("limit"), 3),
    }


def _sessions_s() -> float:
    """CPU time of every session of this database, ours that asks too. 0 where the server is another machine's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid IS NOT NULL")
        pids = [pid for (pid,) in cursor.fetchall()]
    return sum(_ticks(pid) for pid in pids) * _TICK_S


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])


def _a_shop() -> str:
    """What two lines need to be sold; returns a key that may order without end."""
    Channel.objects.create(code="web", name="Web shop", currency="EUR", shipping_minor=495)
    Jurisdiction.objects.create(country="DE", name="Germany")
    tenders.write_standard()
    Product.objects.bulk_create(
        Product(sku=f"SKU-{n:05d}", title=f"Product {n}", currency="EUR", price_minor=1000, cost_minor=400)
        for n in range(SKUS)
    )
    scopes = ["storefront.read", "storefront.orders"]
    client = identity.ensure_client(name=f"bench-{uuid.uuid4().hex[:8]}", scopes=scopes, per_minute=2**31 - 1)
    return identity.make_key(client=client)


def _request(key: str) -> str:
    body = json.dumps(BODY)
    head = (
        f"POST {capture_plain.PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: {ONE_OF_ITS_OWN}\r\n"
    )
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}"


def _an_order(number: str) -> Order:
    def eur(minor: int) -> Money:
        return Money(minor=minor, currency="EUR")

    lines = tuple(
        OrderLine(line_id=str(n), sku=line["sku"], title=line["sku"], quantity=line["quantity"], unit_price=eur(1000),
                  discount=eur(0))
        for n, line in enumerate(BODY["lines"], start=1)
    )  # fmt: skip
    return Order(
        channel="web", channel_order_id=number, number=number, placed_at=clock.now(), currency="EUR",
        taxes_included=True, lines=lines, shipping=eur(495), total=eur(3495), customer=Customer(**BODY["customer"]),
        tenders=(Tender(kind="card", amount=eur(3495), state=TenderState.TOKEN, reference="tok_visa"),),
        ship_to=Address(**BODY["ship_to"]),
    )  # fmt: skip


def _ours() -> int:
    order = _an_order("W")
    for _ in range(ORDERS):
        number = uuid.uuid4().hex
        services.place(order.model_copy(update={"number": number, "channel_order_id": number}))
    return ORDERS


def _plain() -> int:
    channel, kind = Channel.objects.get(), TenderKind.objects.get(code="card")
    products = {product.sku: product for product in Product.objects.all()[:10]}
    bought = [(line, products[line["sku"]]) for line in BODY["lines"]]
    for _ in range(ORDERS):
        with transaction.atomic():
            capture_plain.book(BODY, channel, kind, bought, key=uuid.uuid4().hex, now=clock.now())
    return ORDERS


def _bare(session: psycopg.Connection[Any]) -> int:
    values = capture.values(_an_order("W"), number="W")
    for _ in range(ORDERS):
        number = uuid.uuid4().hex
        own = {"id": uuid.uuid4(), "number": number, "channel_order_id": number, "event_id": uuid.uuid4()}
        session.execute(capture.STATEMENT, values | own | {"aggregate": number}).fetchall()
    return ORDERS
