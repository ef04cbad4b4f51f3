"""Kill processes for as long as you like: `python -m tests.load.soak --minutes 5 --seed 7`.

Rounds of orders and blows on a stack of its own, each round settled and stated before the next. Prints each blow, so
that a round that went wrong can be had again with its seed; exits with 1 at the first difference.
"""

import argparse
import sys
import time

from retail_platform.kernel.machine.running import Running
from tests import chaos
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, result
from tests.stack import a_stack

ROUND_S = 30.0


def main() -> int:
    """Exit codes: 0 nothing lost and nothing doubled, 1 a round did not tie out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--orders", type=int, default=60, help="orders of each round (default 60)")
    parser.add_argument("--seed", type=int, default=None, help="of the first round; each later one adds 1")
    asked = parser.parse_args()
    seed = int(time.time()) if asked.seed is None else asked.seed
    deadline = time.monotonic() + 60 * asked.minutes
    with a_stack() as stack:
        day = RetailDay(stack)
        while time.monotonic() < deadline:
            wrong = play(stack, day, seed=seed, orders=asked.orders)
            if wrong:
                print(f"seed {seed} did not tie out:", *wrong, sep="\n  ")
                return 1
            seed += 1
    return 0


def play(stack: Running, day: RetailDay, *, seed: int, orders: int) -> list[str]:
    """One round. Returns what does not tie out."""
    placing, began = day.placing(orders=orders, seed=seed, over_s=ROUND_S), time.monotonic()
    landed = 0
    for blow in chaos.schedule(seed=seed, over_s=ROUND_S):
        time.sleep(max(0.0, began + blow.at_s - time.monotonic()))
        print(f"  {blow}", flush=True)
        landed += chaos.strike(stack, blow)
    last = time.monotonic()
    try:
        result(placing)
        day.settle(within_s=SETTLED_WITHIN_S)
    except AssertionError as late:
        return str(late).splitlines()
    print(f"seed {seed}: {landed} blows, settled {time.monotonic() - last:.1f} s after the last", flush=True)
    found = [f"{name}: {difference}" for name, difference in day.statement().items() if difference != "0"]
    return [*found, *map(str, day.doubled()), *map(str, day.parked())]


if __name__ == "__main__":
    sys.exit(main())
