"""Play the day: place every order, watch them move, wait until each has come to its end."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TextIO

import requests
from django.db.models import Count, QuerySet

from process_apis.engine.models import FINISHED, ProcessRun, RunState
from process_apis.orders.models import Order
from retail_platform.demo import channels, controls, counter, order_samples, samples, summary
from retail_platform.demo import seed as master
from retail_platform.demo.bringing_back import Returners
from retail_platform.demo.shoppers import Basket, baskets
from retail_platform.kernel import clock
from retail_platform.kernel.progress import Progress

SHOPPERS = 6
SETTLE_WITHIN_S = 1800.0
QUIET_S = 2.0  # nothing left to do for so long means that no webhook or fact is under way either
OURS = {
    "web": "experience/storefront/v1/orders",
    "trade": "experience/storefront/v1/trade-orders",
    "till": "experience/store_tools/v1/stores/{node}/orders",
    "desk": "process/order_to_cash/v1/orders",
}
THEIRS = {"shop": "commerce/orders", "market": "market/orders"}


class Day:
    """One retail day against one running platform. `key` is the storefront's; people of ours have another one."""

    def __init__(self, *, base_url: str, sandbox_url: str, key: str, staff_key: str = "") -> None:
        self.base_url, self.sandbox_url = base_url, sandbox_url
        self.keys = {"web": key, **dict.fromkeys(("trade", "till", "desk"), staff_key)}
        self.session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=SHOPPERS)
        self.session.mount("http://", adapter)

    def place(self, basket: Basket) -> None:
        """One order, retried like a patient shopper would until somebody has taken it."""
        for attempt in range(40):
            try:
                if self._send(basket):
                    return
            except requests.RequestException:
                pass
            time.sleep(min(0.1 * 2**attempt, 2.0))
        raise RuntimeError(f"order {basket.key} was not taken by {basket.channel}; see .local/logs/web.log")

    def _send(self, basket: Basket) -> bool:
        if theirs := THEIRS.get(basket.channel):
            answer = self.session.post(
                f"{self.sandbox_url}/_control/{theirs}", json=basket.body, headers=controls.headers(), timeout=10
            )
            # a number they have already: our earlier try arrived, and only its answer got lost
            return answer.ok or answer.status_code in (409, 422)
        answer = self.session.post(
            f"{self.base_url}/api/{OURS[basket.channel].format(node=basket.node)}",
            json=basket.body,
            headers={"Idempotency-Key": basket.key, "Authorization": f"Bearer {self.keys[basket.channel]}"},
            timeout=10,
        )
        if 400 <= answer.status_code < 500 and answer.status_code not in (409, 429):
            raise RuntimeError(f"{basket.channel} could not place order {basket.key}: {answer.text[:500]}")
        return answer.status_code == 202


def run(*, orders: int, seed: int, out: TextIO, base_url: str, sandbox_url: str) -> None:
    """Set up, place `orders` orders drawn from `seed`, and wait until no run has anything left to do.

    The order that the documentation's examples follow is the first of the first day.
    """
    print("setting up products, stock, connections", file=out, flush=True)
    before = Order.objects.count()
    master.write(base_url=base_url, sandbox_url=sandbox_url)
    samples.ask_for_a_person(now=clock.now())
    returners = Returners()
    day = Day(
        base_url=base_url, sandbox_url=sandbox_url, key=master.storefront_key(), staff_key=master.placing_key()
    )  # fmt: skip
    placed = Order.objects.count() - before
    todo = baskets(orders=max(0, orders - placed), seed=seed, day=f"{seed}-{int(time.time())}")
    todo = channels.some_elsewhere(counter.some_collect(todo, seed=seed), seed=seed)
    channels.hide(todo, sandbox_url=sandbox_url)
    again = [basket for basket in todo if basket.sent_twice and basket.channel == "web"]  # an impatient shopper's click
    everything = [*todo, *again]
    with (
        Progress(out, label="orders sent", total=len(everything)) as progress,
        ThreadPoolExecutor(SHOPPERS) as shoppers,
    ):
        for _ in shoppers.map(day.place, everything):
            progress.add(1)
    channels.ask_marketplace()
    if not settle(out, expected=before + max(orders, placed), returners=returners):
        print(f"  after {SETTLE_WITHIN_S:.0f} s something still moves; the statement counts it as open", file=out)
    print(*(f"  {line}" for line in summary.told()), sep="\n", file=out)


def settle(
    out: TextIO, *, expected: int, within_s: float = SETTLE_WITHIN_S, returners: Returners | None = None
) -> bool:
    """Wait until all orders are in and every run is over or parked, telling how it goes. False if time ran out."""
    deadline, quiet_since, told = time.monotonic() + within_s, 0.0, ""
    while time.monotonic() < deadline:
        counter.serve(but=order_samples.STANDING)
        order_samples.at_the_counter(now=clock.now())
        if returners:
            returners.step()
        states = dict(Order.objects.values_list("state").annotate(Count("id")).order_by())
        moving = _moving().count()
        line = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) + f"; {moving} runs moving"
        if line != told:
            print(f"  {line}", file=out, flush=True)
            told = line
        if moving or sum(states.values()) < expected:
            quiet_since = 0.0
        elif not quiet_since:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > QUIET_S:
            return True
        time.sleep(1.0)
    return False


def _moving() -> QuerySet[ProcessRun]:
    """Runs that have something to do; those of the examples wait for somebody who tries them."""
    resting = ProcessRun.objects.filter(subject__in=order_samples.STANDING, state=RunState.WAITING)
    return ProcessRun.objects.exclude(state__in=[*FINISHED, RunState.PARKED]).exclude(id__in=resting.values("id"))
