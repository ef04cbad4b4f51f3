"""A retail day against a running stack, for tests that break it meanwhile.

The parts that need the platform's own code run in a process whose Django knows the stack's servers
(`main` with "place --orders 60 --seed 7"); the rest asks PostgreSQL and the sandbox from outside.
"""

import argparse
import hmac
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import requests

from retail_platform.kernel.machine.running import Running
from tests import beside
from tests.stack import clean_environment

ROOT = Path(__file__).resolve().parent.parent
SEED = int(os.environ.get("CHAOS_SEED") or 20_260_101)
SETTLED_WITHIN_S = 60.0 * float(os.environ.get("TEST_PATIENCE") or 2)  # a busy machine is slower, never less right
_LEFT = """
SELECT (SELECT count(*) FROM engine_processrun WHERE finished_at IS NULL AND state <> 'parked' AND created_at >= %s
        AND NOT (process = 'return_to_refund' AND step = 'await_goods' AND state = 'waiting')),
       (SELECT count(*) FROM outbox_fact WHERE state = 'pending'),
       (SELECT count(*) FROM orders_order)
"""


_KEYS: dict[str, str] = {}  # by the URL of the stack, which is set up once


class RetailDay:
    """What a test does with the day of one stack: set up, place orders, wait for their end, and count."""

    def __init__(self, stack: Running) -> None:
        self.stack = stack
        self.url, self.sandbox = str(stack.ready["url"]), str(stack.ready["sandbox"])
        self.expected = 0
        self.opened = self.one("SELECT clock_timestamp()")
        if self.url not in _KEYS:
            _KEYS[self.url] = str(self._run("open")["key"])
        self.key = _KEYS[self.url]
        self.control("POST", "/setup", {"ship_delay_ms": [100, 1500]})  # as the shops of the demo are set up
        self.began = self.one("SELECT clock_timestamp()")
        self.before = self.one("SELECT count(*) FROM orders_order")

    def placing(self, *, orders: int, seed: int, over_s: float = 0.0) -> beside.Started:
        """Start to place orders drawn from `seed`, spread over so many seconds; patiently, whatever falls over."""
        self.expected += orders
        return self._start(
            "place", "--key", self.key, "--orders", str(orders), "--seed", str(seed), "--over", str(over_s)
        )

    def post_order(self, *, key: str, sku: int = 1, at_the_shop: bool = False) -> requests.Response:
        """One order, once: what a caller gets who does not try again."""
        if at_the_shop:
            line = {"sku": f"SKU-{sku:05d}", "quantity": 1, "price": "10.00", "discount": "0.00"}
            address = {"country_code": "DE", "city": "Berlin", "zip": "10115", "address1": "Hauptstr. 1"}
            wish = {"number": f"#{key}", "lines": [line], "currency": "EUR", "taxes_included": True,
                    "address": address, "payment_token": "tok_visa", "financial_status": "authorized"}  # fmt: skip
            return requests.post(f"{self.sandbox}/_control/commerce/orders", json=wish, timeout=20)
        ship_to = {"name": "Ada Winter", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
        return requests.post(
            f"{self.url}/api/experience/storefront/v1/orders",
            json={
                "channel": "web",
                "lines": [{"sku": f"SKU-{sku:05d}", "quantity": 1}],
                "customer": {"name": "Ada Winter", "email": "ada@example.com"},
                "ship_to": ship_to,
                "payment": {"kind": "card", "token": "tok_visa"},
            },
            headers={"Idempotency-Key": key, "Authorization": f"Bearer {self.key}"},
            timeout=20,
        )

    def place(self, *, orders: int, seed: int) -> None:
        """The same, and wait until all are taken."""
        result(self.placing(orders=orders, seed=seed))

    def statement(self) -> dict[str, str]:
        """The differences of the statement, by the name of the equation."""
        return dict(self._run("statement"))

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the platform's database says."""
        return beside.rows(self.stack, sql, *parameters)

    def one(self, sql: str, *parameters: object) -> Any:
        return self.rows(sql, *parameters)[0][0]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the sandbox's controls."""
        answer = requests.request(method, f"{self.sandbox}/_control{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def effects(self, **wish: Any) -> list[dict[str, Any]]:
        """What was done at the vendors, oldest first."""
        query = urlencode({"limit": 10_000, **wish})
        return list(self.control("GET", f"/effects?{query}")["effects"])

    def fault(self, system: str, kind: str, **wish: Any) -> None:
        self.control("POST", "/faults", {"system": system, "kind": kind, **wish})

    def doubled(self) -> list[Any]:
        """Effects at vendors that happened twice under one key."""
        return list(self.control("GET", "/statement")["doubled"])

    def settle(self, *, within_s: float) -> float:
        """Wait until every order is in and every run, fact and webhook has come to its end. Returns the seconds."""
        began = time.monotonic()
        until(self.settled, within_s=within_s, showing=self.left)
        return time.monotonic() - began

    def settled(self) -> bool:
        """Asked twice, since a webhook that came in between may have begun something."""
        return self._quiet() and not self.control("GET", "/statement")["webhooks"]["pending"] and self._quiet()

    def _quiet(self) -> bool:
        runs, facts, orders = self.rows(_LEFT, self.opened)[0]
        return bool(orders - self.before >= self.expected and not runs and not facts)

    def left(self) -> str:
        """Whatever has not come to its end, for the person who reads why a test failed."""
        runs = self.rows(
            "SELECT process, subject, step, state, claims, wakes, fence, next_wake_at - clock_timestamp(), error"
            " FROM engine_processrun WHERE finished_at IS NULL"
        )
        facts = self.rows("SELECT name, aggregate, attempts, error FROM outbox_fact WHERE state <> 'delivered' LIMIT 9")
        orders = self.one("SELECT count(*) FROM orders_order") - self.before
        return "\n".join(map(str, [f"{orders} of {self.expected} orders", *runs, *facts]))

    def parked(self) -> list[tuple[Any, ...]]:
        """Runs of this day that ask for a person."""
        return self.rows(
            "SELECT process, subject, step, error FROM engine_processrun WHERE state = 'parked' AND created_at >= %s",
            self.began,
        )

    def tries(self) -> tuple[int, int]:
        """How many steps the day took, and how many attempts beyond one each."""
        steps, attempts = self.rows(
            "SELECT count(*), coalesce(sum(step.attempts), 0) FROM engine_runstep step"
            " JOIN engine_processrun run ON run.id = step.run_id WHERE run.created_at >= %s AND step.state = 'done'",
            self.began,
        )[0]
        return steps, max(0, int(attempts) - steps)

    def resume_parked(self) -> int:
        """Do what each case proposes once its cause is gone. Returns how many runs go on."""
        return int(self._run("resume")["resumed"])

    def report_parcels_again(self, order: str) -> None:
        """The warehouse tells of an order's parcels once more, as its clerk would do for a report that got lost."""
        self._run("report", "--order", order)

    def command(self, *arguments: str) -> Any:
        """The JSON document that a command of ours prints last."""
        return json.loads(self.manage(*arguments).splitlines()[-1])

    def manage(self, *arguments: str) -> str:
        """What one of our commands says, run as a person does beside the stack."""
        return beside.manage(self.stack, *arguments)

    def _run(self, *arguments: str) -> Any:
        return result(self._start(*arguments))

    def _start(self, *arguments: str) -> beside.Started:
        return beside.start(self.stack, "tests.retail_day", *arguments, "--url", self.url, "--sandbox", self.sandbox)

    @property
    def _env(self) -> dict[str, str]:
        state = str(self.stack.state.path)
        return {**clean_environment(), "RETAIL_STATE": state, "DJANGO_SETTINGS_MODULE": "settings"}


def tell(*lines: object) -> None:
    """To whoever reads the run of the tests, also when it passes."""
    print(*lines, sep="\n", file=sys.__stderr__, flush=True)


def result(process: beside.Started, *, within_s: float = 150) -> Any:
    """What a process said at its end, which must be a good one."""
    said, complained = process.communicate(within_s)
    assert process.returncode == 0, f"{process.args!r} ended with {process.returncode}\n{complained}"
    return json.loads(said)


def until(true: Callable[[], object], *, within_s: float, showing: Callable[[], str] = str) -> None:
    """Wait for something to become true. What it asks may be down meanwhile."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            if true():
                return
        except (OSError, psycopg.OperationalError, psycopg.InterfaceError, LookupError):
            pass  # requests' errors are OSErrors; a question PostgreSQL cannot answer is none of these
        assert time.monotonic() < deadline, f"it did not happen within {within_s} s\n{showing()}"
        time.sleep(0.2)


def _report_parcels(wms: Any, *, order: str, hook: str) -> None:
    proof = {"X-Api-Key": wms.credentials["token"]}
    shipments = requests.get(f"{wms.base_url}/wms/shipments", params={"order": order}, headers=proof, timeout=10).json()
    for parcel in shipments["shipments"]:
        event = f"wms-{parcel['parcel_id']}"
        body = json.dumps({"event_id": event, "topic": "parcel.dispatched", "parcel": parcel}, separators=(",", ":"))
        now = int(time.time())
        signature = hmac.new(wms.credentials["webhook_secret"].encode(), f"{now}.{body}".encode(), sha256).hexdigest()
        headers = {"X-Wms-Topic": "parcel.dispatched", "X-Wms-Event-Id": event, "X-Wms-Timestamp": str(now)}
        answer = requests.post(hook, data=body, headers={**headers, "X-Wms-Signature": signature}, timeout=10)
        answer.raise_for_status()


def main() -> None:
    """The part that runs as a process of its own."""
    import django

    django.setup()
    from process_apis.engine import services  # once Django knows its servers
    from process_apis.engine.models import ProcessRun, RunState
    from retail_platform.demo import day, seed, shoppers, statement
    from retail_platform.kernel import clock
    from system_apis.connections.models import Connection

    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["open", "place", "statement", "resume", "report"])
    parser.add_argument("--url", default="")
    parser.add_argument("--sandbox", default="")
    parser.add_argument("--order", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--over", type=float, default=0.0)
    asked = parser.parse_args()
    said: Any = {}
    if asked.what == "open":
        seed.write(base_url=asked.url, sandbox_url=asked.sandbox)
        said = {"key": seed.storefront_key()}
    elif asked.what == "place":
        shop = day.Day(base_url=asked.url, sandbox_url=asked.sandbox, key=asked.key)
        todo = shoppers.baskets(orders=asked.orders, seed=asked.seed, day=f"{asked.seed}-{int(time.time())}")
        began, gap = time.monotonic(), asked.over / max(1, len(todo))
        with ThreadPoolExecutor(day.SHOPPERS) as hands:
            placed = []
            for number, basket in enumerate(todo):
                time.sleep(max(0.0, began + number * gap - time.monotonic()))
                placed += [hands.submit(shop.place, basket) for _ in range(1 + basket.sent_twice)]
            for one in placed:
                one.result()
        said = {"orders": len(todo), "took_s": round(time.monotonic() - began, 1)}
    elif asked.what == "resume":
        parked = list(ProcessRun.objects.filter(state=RunState.PARKED))
        for run in parked:
            services.resume(run_id=run.id, by="tests", now=clock.now())
        said = {"resumed": len(parked)}
    elif asked.what == "report":
        _report_parcels(Connection.objects.get(code="wms"), order=asked.order, hook=f"{asked.url}/hooks/wms")
    else:
        said = {equation.name: equation.difference for equation in statement.make(sandbox_url=asked.sandbox)}
    print(json.dumps(said))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    main()
