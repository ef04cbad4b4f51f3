"""Reservations: 32 clients (2 processes of 16 threads), every answer durable.

`hot`: all want one sku. `spread`: each wants one of 1,000. Ours is the whole service function with its fact; the plain
way is the ORM's lock, read, write; the limit is inserting the reservation and nothing else.
"""

import multiprocessing
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from multiprocessing.connection import Connection
from statistics import median
from typing import Any, TextIO

import django

PROCESSES, THREADS, SPREAD = 2, 16, 1000
ROUNDS, SECONDS = 3, 2.0
CONTENDERS = ("ours", "plain", "limit")


def run(*, out: TextIO = sys.stderr, rounds: int = ROUNDS, seconds: float = SECONDS) -> list[dict[str, Any]]:
    """Both cases, contenders in turn within each round; ratios are paired and the middle one counts."""
    from benchmarks.scratch import scratch_database

    with scratch_database() as url:
        stock_up()
        clients = [_client(url) for _ in range(PROCESSES)]
        try:
            return [_case(case, clients, out=out, rounds=rounds, seconds=seconds) for case in ("hot", "spread")]
        finally:
            for process, pipe in clients:
                pipe.send(None)
                process.join(10)


def stock_up() -> None:
    """1,000 skus with more than anyone can reserve, for each contender its own; and a book that is not empty.

    Statistics are taken after that: a plan made for empty tables would be kept, and be wrong a second later.
    """
    from django.db import connection

    from process_apis.stock.models import Reservation, StockPosition

    StockPosition.objects.bulk_create(
        StockPosition(sku=f"{contender}-{number}", node="WH-1", on_hand=10**9)
        for contender in CONTENDERS
        for number in range(SPREAD)
    )
    Reservation.objects.bulk_create(
        Reservation(order_number=f"old-{number}", line_id="1", sku=f"old-{number % 999}", node="WH-1", units=1)
        for number in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE stock_reservation, stock_stockposition, outbox_fact, outbox_aggregate")


def _client(url: str) -> tuple[Any, Connection]:
    ours, theirs = multiprocessing.Pipe()
    os.environ["DATABASE_URL"] = url
    process = multiprocessing.get_context("spawn").Process(target=client, args=(theirs,), daemon=True)
    process.start()
    ours.recv()
    return process, ours


def _case(
    case: str, clients: Sequence[tuple[Any, Connection]], *, out: TextIO, rounds: int, seconds: float
) -> dict[str, Any]:
    rates: dict[str, list[float]] = {contender: [] for contender in CONTENDERS}
    for number in range(rounds + 1):
        for contender in CONTENDERS:
            for _, pipe in clients:
                pipe.send((contender, case, seconds if number else 0.3))
            done = sum(pipe.recv() for _, pipe in clients)
            check(contender)
            if number:  # the round before the first warms up
                rates[contender].append(done / seconds)
        if number:
            print(case, {name: round(found[-1]) for name, found in rates.items()}, file=out, flush=True)
    return {
        "case": case,
        "ours_per_s": round(median(rates["ours"])),
        "baseline_ratio": round(median(a / b for a, b in zip(rates["ours"], rates["plain"], strict=True)), 2),
        "limit_ratio": round(median(a / b for a, b in zip(rates["ours"], rates["limit"], strict=True)), 2),
    }


def check(contender: str) -> None:
    """What the positions say is reserved is what the reservations add up to."""
    from django.db import connection

    if contender == "limit":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(reserved) FROM stock_stockposition WHERE sku LIKE %s", [f"{contender}-%"])
        (positions,) = cursor.fetchone()
        cursor.execute("SELECT coalesce(sum(units), 0) FROM stock_reservation WHERE sku LIKE %s", [f"{contender}-%"])
        (promised,) = cursor.fetchone()
    if positions != promised:
        raise AssertionError(f"{contender}: positions say {positions} reserved, reservations {promised}")


def client(pipe: Connection) -> None:
    """One process of 16 clients: told who and what, it answers how many it made."""
    django.setup()
    pipe.send("ready")
    for told in iter(pipe.recv, None):
        contender, case, seconds = told
        pipe.send(_together(ways()[contender], contender, 1 if case == "hot" else SPREAD, seconds))


def ways() -> dict[str, Callable[[str, str], None]]:
    """Each contender: (order number, sku) → one reservation, durable."""
    from django.db import connection, transaction

    from process_apis.stock.models import Reservation, StockPosition
    from process_apis.stock.reserving import holds
    from process_apis.stock.services import Demand

    def ours(order: str, sku: str) -> None:
        holds.reserve_now(order_number=order, demands=[Demand("1", sku, "WH-1", 1)])

    def plain(order: str, sku: str) -> None:
        with transaction.atomic():
            position = StockPosition.objects.select_for_update().get(sku=sku, node="WH-1")
            if position.on_hand - position.reserved >= 1:
                position.reserved += 1
                position.save()
                Reservation.objects.create(order_number=order, line_id="1", sku=sku, node="WH-1", units=1)

    def limit(order: str, sku: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO stock_reservation (order_number, line_id, sku, node, units, consumed, state)"
                " VALUES (%s, '1', %s, 'WH-1', 1, 0, 'open')",
                [order, sku],
            )

    return {"ours": ours, "plain": plain, "limit": limit}


_numbers = count()


def _together(work: Callable[[str, str], None], contender: str, skus: int, seconds: float) -> int:
    from django.db import connection

    gate, done = threading.Barrier(THREADS), [0] * THREADS

    def client_of(number: int) -> None:
        choose = random.Random(number)
        connection.ensure_connection()
        gate.wait()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            work(f"{contender}-{os.getpid()}-{next(_numbers)}", f"{contender}-{choose.randrange(skus)}")
            done[number] += 1
        connection.close()

    threads = [threading.Thread(target=client_of, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done)
