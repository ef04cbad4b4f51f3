"""Play relay, workers and clock in a test's own thread, against a real sandbox: orders go through their journeys."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from canonical.order import Order
from process_apis.cases.models import Case, CaseState
from process_apis.catalog.models import Channel
from process_apis.engine import registry, runner, sweeper, wake
from process_apis.engine.models import FINISHED, ProcessRun, RunState
from process_apis.engine.process import run_id_of
from process_apis.ledger.models import JournalLine
from process_apis.order_to_cash import lookout
from process_apis.orders import cancellations, services
from process_apis.orders.models import AskedBy, Cancellation, Payment
from process_apis.orders.models import Order as OrderRow
from retail_platform.demo.seed import TOKENS
from retail_platform.kernel import clock
from system_apis.connections import services as connections
from system_apis.connections.models import Connection
from system_apis.inbox import services as inbox
from tests.experience.carrying import carry_facts
from tests.factories import a_catalog, on_hand
from tests.sandbox_process import SandboxProcess

NEVER_MS, AT_ONCE_MS = 3_600_000, 1


class Play:
    """One small shop: warehouse, store, products of 119.00; parcels leave when a test says so."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.sandbox = sandbox

    def place(self, order: Order) -> OrderRow:
        """Put an order into the book; nothing else has happened yet."""
        return services.place(order)[0]

    def cancel(self, number: str, units: dict[str, int] | None = None, **changes: Any) -> Cancellation:
        """Ask for a cancellation as the customer; `changes` are other arguments."""
        asked = {"asked_by": AskedBy.CUSTOMER, "key": f"key-{time.monotonic_ns()}", "now": clock.now(), **changes}
        return cancellations.request(number=number, units=units, **asked)

    def at_the_shop(self, **wish: Any) -> dict[str, Any]:
        """A customer buys at the web shop, and its webhook comes in."""
        address = {"name": "Ada Winter", "address1": "Hauptstr. 1", "city": "Berlin", "zip": "10115",
                   "country_code": "DE"}  # fmt: skip
        lines = [{"sku": sku, "quantity": 2, "price": "119.00"} for sku in ("BOOT-42", "COAT-1")]
        order = self.sandbox.place_order(**{"lines": lines, "address": address, "financial_status": "paid", **wish})
        self.hear("orders/create", order)
        return order

    def cancelled_at_the_shop(self, order: dict[str, Any], lines: dict[str, int] | None = None) -> dict[str, Any]:
        """The shop takes units off an order, or cancels it, and its webhook comes in."""
        wish = {"id": order["id"], **({"lines": lines} if lines else {})}
        changed = dict(self.sandbox.control("POST", "/commerce/cancellations", wish)["order"])
        self.hear("orders/updated" if lines else "orders/cancelled", changed)
        return changed

    def hear(self, topic: str, order: dict[str, Any]) -> None:
        """A webhook of the shop comes in, and what follows from it happens."""
        fact = "commerce.order_received" if topic == "orders/create" else "commerce.order_updated"
        inbox.receive(
            connection=Connection.objects.get(code="commerce"), event_id=f"evt-{time.monotonic_ns()}", topic=topic,
            fact_name=fact, raw=json.dumps(order).encode(), headers={}, now=clock.now(),
        )  # fmt: skip
        self.go()

    def go(self) -> None:
        """Carry facts and run what is ready, until nothing moves by itself."""
        for _ in range(200):
            carry_facts()
            ready = list(ProcessRun.objects.filter(state=RunState.READY))
            if not ready:
                return
            for run in ready:
                for queue in registry.processes()[run.process].links(run.step):
                    if not runner.advance(run_id=run.id, queue=queue):
                        break
        raise AssertionError("it never comes to rest")

    def later(self, times: int = 1) -> None:
        """Let the moment come that waiting runs wait for, and go on."""
        for _ in range(times):
            past = clock.now() - timedelta(seconds=1)
            waiting = ProcessRun.objects.exclude(state__in=[*FINISHED, RunState.PARKED])
            waiting.filter(next_wake_at__isnull=False).update(next_wake_at=past, lease_until=past)
            sweeper.sweep()
            self.go()

    def parcels_leave(self, number: str, *, count: int = 1) -> None:
        """Wait until the warehouse has sent so many parcels of an order, and hear of them."""
        until = time.monotonic() + 10
        while len(self.sandbox.effects(operation="dispatch", subject=number)) < count:
            assert time.monotonic() < until, "the warehouse sent nothing"
            time.sleep(0.05)
        lookout.find_parcels(OrderRow.objects.get(number=number))
        self.go()

    def run_of(self, number: str, process: str = "order_to_cash") -> ProcessRun:
        return ProcessRun.objects.get(id=run_id_of(process=process, subject=number))

    def effects(self, number: str) -> list[str]:
        """What was done for an order in other systems, by name, in order."""
        return [each["operation"] for each in self.sandbox.effects(subject=number)]


def books(number: str) -> dict[str, int]:
    """What stands on each account because of an order, by role, without those that are even."""
    found: dict[str, int] = {}
    for role, minor in JournalLine.objects.filter(entry__order_number=number).values_list(
        "account__role", "amount_minor"
    ):
        found[role] = found.get(role, 0) + minor
    return {role: minor for role, minor in found.items() if minor}


def money(number: str) -> tuple[int, int, int]:
    """Captured, given back, let go."""
    payments = Payment.objects.filter(order__number=number)
    return (
        sum(p.captured_minor for p in payments), sum(p.refunded_minor for p in payments),
        sum(p.voided_minor for p in payments),
    )  # fmt: skip


def desk() -> list[str]:
    """The titles of the open cases."""
    return list(Case.objects.filter(state=CaseState.OPEN).values_list("title", flat=True))


@contextmanager
def playing(sandbox: SandboxProcess, *, skus: tuple[str, ...] = ("BOOT-42", "COAT-1", "SOCK-1")) -> Iterator[Play]:
    """The shop of one test, in the test's transaction."""
    sandbox.control("POST", "/reset")
    a_catalog(skus=skus)
    on_hand(dict.fromkeys(skus, 10))
    now = clock.now()
    for kind, secrets in {**TOKENS, "commerce": {"token": "shpat_sandbox"}}.items():
        connections.connect(
            code=kind, kind=kind, vendor="sandbox", base_url=sandbox.url, active=True, now=now,
            secrets={**secrets, "webhook_secret": "whsec_0123456789abcdef"},
            channel="shop" if kind == "commerce" else "",
        )  # fmt: skip
    Channel.objects.get_or_create(code="shop", defaults={"name": "A shop", "currency": "EUR", "commerce": "commerce"})
    stock = [{"node": "WH-1", "sku": sku, "on_hand": 10} for sku in skus]
    sandbox.setup(stock=stock, ship_delay_ms=NEVER_MS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wake, "ring_many", lambda _: [])
        yield Play(sandbox)
