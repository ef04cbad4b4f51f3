"""Fifty shoppers after the last units, two hundred times, in seven ways: `python -m tests.load.last_unit`.

Each round has fresh skus with five units. All shoppers start together; afterwards the book must agree with its rows,
what is left is sold to the last unit, and what was sold must be what there was. Uses a scratch database on the server
of DATABASE_URL. Exits with 1 if a round was wrong or anything but a plain "no" reached a caller.
"""

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import django
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

UNITS = 5
VARIANTS = ("one sku", "two lines", "four skus", "two nodes", "expiry", "cancel", "correction")


@dataclass
class Tally:
    """What came of one variant."""

    won: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)

    def row(self, name: str, *, rounds: int, spent_s: float) -> str:
        cuts = statistics.quantiles(self.took_ms, n=100)
        return (
            f"{name:<12}{rounds:>9}{self.won:>9}{self.refused:>9}{len(self.wrong):>9}{len(self.errors):>9}"
            f"{cuts[49]:>9.1f}{cuts[98]:>9.1f}{spent_s:>9.1f}"
        )


def main() -> int:
    """Exit codes: 0 sold = stock in every round, 1 not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--only", choices=VARIANTS, default=None)
    asked = parser.parse_args()
    django.setup()
    from tests.load.last_unit_rounds import Rounds  # its models want Django set up

    scratch = setup_databases(verbosity=0, interactive=False)
    heads = ("rounds", "won", "refused", "wrong", "errors", "p50 ms", "p99 ms", "s")
    print(f"{'variant':<12}" + "".join(f"{head:>9}" for head in heads))
    bad = False
    try:
        for variant in [asked.only] if asked.only else VARIANTS:
            tally, began = Tally(), time.monotonic()
            rounds = Rounds(variant, tally, units=UNITS)
            race(rounds.shop, rounds.begin, rounds.end, tally, threads=asked.threads, rounds=asked.rounds)
            print(tally.row(variant, rounds=asked.rounds, spent_s=time.monotonic() - began), flush=True)
            for said in [*tally.wrong[:3], *tally.errors[:3]]:
                print(f"  {said}")
            bad = bad or bool(tally.wrong or tally.errors)
    finally:
        teardown_databases(scratch, verbosity=0)
    return int(bad)


def race(
    shop: Callable[[int, int, Random], bool],
    begin: Callable[[int], None],
    end: Callable[[int], None],
    tally: Tally,
    *,
    threads: int,
    rounds: int,
) -> None:
    """All threads through all rounds together; `begin` and `end` run alone before and after each."""
    gate = threading.Barrier(threads + 1)
    guard = threading.Lock()

    def shopper(name: int) -> None:
        choose = Random(name)
        connection.ensure_connection()
        for number in range(rounds):
            gate.wait()
            began, won, error = time.perf_counter(), False, ""
            try:
                won = shop(number, name, choose)
            except Exception as strange:
                error = f"{type(strange).__name__}: {strange}"
            with guard:
                tally.took_ms.append(1000 * (time.perf_counter() - began))
                tally.won += won
                tally.refused += not won and not error
                tally.errors += [error] if error else []
            gate.wait()
        connection.close()

    crew = [threading.Thread(target=shopper, args=(name,), daemon=True) for name in range(threads)]
    for each in crew:
        each.start()
    for number in range(rounds):
        begin(number)
        gate.wait()
        gate.wait()
        end(number)
    for each in crew:
        each.join()


if __name__ == "__main__":
    sys.exit(main())
