"""Click-and-collect through the running platform: collected, partly collected, not collected, and not to be had."""

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import requests

from retail_platform.kernel.machine.running import Running
from tests import beside
from tests.retail_day import RetailDay, until

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled"),
]
WITHIN_S = 60.0 * float(os.environ.get("TEST_PATIENCE") or 2)
OPEN_RUNS = """
SELECT count(*) FROM engine_processrun WHERE finished_at IS NULL AND state <> 'parked' AND subject = ANY(%s)
"""
UNBALANCED = """
SELECT count(*) FROM (SELECT entry.id FROM ledger_journalentry entry JOIN ledger_journalline line
    ON line.entry_id = entry.id WHERE entry.order_number = %s GROUP BY entry.id HAVING sum(line.amount_minor) <> 0) off
"""
BOOKED = "SELECT purpose, count(*) FROM ledger_journalentry WHERE order_number = %s GROUP BY purpose ORDER BY purpose"
MONEY = """
SELECT sum(payment.amount_minor), sum(payment.captured_minor) FROM orders_payment payment
JOIN orders_order ON orders_order.id = payment.order_id WHERE orders_order.number = %s
"""

GIFT_CARD = {"kind": "gift_card", "number": "6006 4910 0000 1003"}
ON_CARDS = "SELECT sum(balance_minor - held_minor)::bigint FROM stored_value_valueaccount WHERE kind = 'gift_card'"
OWED = """
SELECT sum(line.amount_minor)::bigint FROM ledger_journalline line
JOIN ledger_journalentry entry ON entry.id = line.entry_id JOIN ledger_account account ON account.code = line.account_id
WHERE entry.order_number = %s AND account.role = 'DEP'
"""


class Shop:
    """A shopper, and the person at the counter of a store."""

    def __init__(self, stack: Running, day: RetailDay) -> None:
        self.day, self.stack = day, stack
        command = ["make_key", "--client=tests-till", "--scope=stores.read", "--scope=stores.write"]
        self.key = beside.manage(stack, *command).strip()

    def a_place(self, *, units: int) -> tuple[str, str]:
        """A sku with so many free units at a store."""
        sku, node = self.day.rows(
            "SELECT here.sku, here.node FROM stock_stockposition here JOIN catalog_node node ON node.code = here.node"
            " WHERE node.offers_pickup AND here.on_hand - here.reserved - here.allocated >= %s"
            " ORDER BY here.sku DESC, here.node LIMIT 1",
            units,
        )[0]
        return str(sku), str(node)

    def order(self, *, sku: str, node: str, units: int, payment: dict[str, str] | None = None) -> str:
        """An order to be collected, and the store asked for it. Returns its number."""
        ship_to = {"name": "Ada", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
        answer = requests.post(
            f"{self.day.url}/api/experience/storefront/v1/orders",
            json={
                "channel": "web",
                "lines": [{"sku": sku, "quantity": units}],
                "customer": {"name": "Ada Winter", "email": "ada@example.com"},
                "ship_to": ship_to,
                "payments": [payment or {"kind": "card", "token": "tok_visa"}],
                "fulfilment": {"method": "pickup", "node": node},
            },
            headers={"Idempotency-Key": uuid.uuid4().hex, "Authorization": f"Bearer {self.day.key}"},
            timeout=20,
        )
        assert answer.status_code == 202, answer.text
        self.day.expected += 1
        number = str(answer.json()["number"])
        self.waits(lambda: self.pickup(number, node))
        return number

    def pickup(self, number: str, node: str) -> dict[str, Any] | None:
        """The store's pickup of an order, from its list."""
        for state in ("", "?state=handed_over", "?state=expired"):
            listed = self._tools("GET", f"stores/{node}/pickups{state}")["items"]
            if found := [each for each in listed if each["order_number"] == number]:
                return dict(found[0])
        return None

    def at_counter(self, number: str, node: str, move: str, **asked: Any) -> dict[str, Any]:
        """One move of the order's pickup."""
        pickup = self.pickup(number, node)
        assert pickup is not None
        return self._tools("POST", f"pickups/{pickup['id']}/{move}", {"staff": "kim", **asked})

    def status(self, number: str) -> dict[str, Any]:
        """What the shopper sees."""
        answer = requests.get(
            f"{self.day.url}/api/experience/storefront/v1/orders/{number}",
            headers={"Authorization": f"Bearer {self.day.key}"},
            timeout=20,
        )
        return dict(answer.json())

    def comes_to(self, number: str, state: str) -> None:
        """Wait until the order is in this state and none of its runs has anything left to do."""
        said = "SELECT state FROM orders_order WHERE number = %s"
        self.waits(lambda: self.day.one(said, number) == state, showing=self.day.left)
        self.waits(lambda: self.day.one(OPEN_RUNS, [number]) == 0, showing=self.day.left)

    def done_at(self, system: str, number: str) -> list[str]:
        """The operations a vendor carried out for an order."""
        return [each["operation"] for each in self.day.effects(system=system) if number in str(each)]

    def waits(self, true: Callable[[], object], showing: Callable[[], str] = str) -> None:
        until(true, within_s=WITHIN_S, showing=showing)

    def time_passes(self, number: str, *, until_expiry: timedelta) -> None:
        """As if the goods had lain there for days."""
        with psycopg.connect(self.stack.state.env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(
                "UPDATE pickups_pickup SET expires_at = now() + %s WHERE order_number = %s", (until_expiry, number)
            )

    def told(self, number: str) -> list[str]:
        """The facts of the pickup, in order."""
        sql = "SELECT name FROM outbox_fact WHERE data->>'order_number' = %s AND name LIKE 'pickup.%%' ORDER BY id"
        return [name for (name,) in self.day.rows(sql, number)]

    def held(self, number: str) -> list[tuple[Any, ...]]:
        """What is still promised to the order."""
        sql = "SELECT node, units FROM stock_reservation WHERE order_number = %s AND state IN ('open', 'allocated')"
        return self.day.rows(sql, number)

    def _tools(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = requests.request(
            method,
            f"{self.day.url}/api/experience/store_tools/v1/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.key}", "Idempotency-Key": uuid.uuid4().hex},
            timeout=20,
        )
        assert answer.ok, answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
def shop(stack: Running, day: RetailDay) -> Shop:
    return Shop(stack, day)


def test_an_order_is_collected_billed_and_booked_once(shop: Shop) -> None:
    sku, node = shop.a_place(units=2)
    number = shop.order(sku=sku, node=node, units=2)
    shop.at_counter(number, node, "pick")
    shop.at_counter(number, node, "ready")
    shop.waits(lambda: shop.status(number)["state"] == "ready_to_collect")
    assert shop.day.rows(MONEY, number)[0][1] == 0  # ready is not sold
    shop.at_counter(number, node, "arrived")
    shop.at_counter(number, node, "handover", code=shop.status(number)["pickup"]["code"])
    shop.comes_to(number, "closed")

    agreed, captured = shop.day.rows(MONEY, number)[0]
    assert agreed == captured
    assert shop.day.rows(BOOKED, number) == [("cost", 1), ("sale", 1)]
    assert shop.day.one(UNBALANCED, number) == 0
    assert shop.held(number) == []
    assert shop.done_at("wms", number) == []
    assert shop.done_at("payments", number).count("capture") == 1


def test_what_is_left_at_the_counter_is_not_charged(shop: Shop) -> None:
    sku, node = shop.a_place(units=3)
    number = shop.order(sku=sku, node=node, units=3)
    shop.at_counter(number, node, "ready")
    shop.at_counter(number, node, "handover", id_checked=True, lines=[{"line_id": "1", "units": 1}])
    shop.comes_to(number, "closed")

    agreed, captured = shop.day.rows(MONEY, number)[0]
    assert agreed == captured * 3
    assert shop.day.one(UNBALANCED, number) == 0
    assert shop.held(number) == []


def test_what_is_left_at_the_counter_goes_back_onto_the_gift_card_that_paid_it(shop: Shop) -> None:
    sku, node = shop.a_place(units=3)
    before = shop.day.one(ON_CARDS)
    number = shop.order(sku=sku, node=node, units=3, payment=GIFT_CARD)
    shop.at_counter(number, node, "ready")
    shop.at_counter(number, node, "handover", id_checked=True, lines=[{"line_id": "1", "units": 1}])
    shop.comes_to(number, "closed")

    agreed, _ = shop.day.rows(MONEY, number)[0]
    assert (before - shop.day.one(ON_CARDS)) * 3 == agreed
    assert dict(shop.day.rows(BOOKED, number)) == {"deposit": 1, "cancellation": 1, "sale": 1, "cost": 1}
    assert shop.day.rows(OWED, number) == [(0,)]


def test_a_no_show_who_paid_by_gift_card_has_it_back(shop: Shop) -> None:
    sku, node = shop.a_place(units=1)
    before = shop.day.one(ON_CARDS)
    number = shop.order(sku=sku, node=node, units=1, payment=GIFT_CARD)
    shop.at_counter(number, node, "ready")
    shop.time_passes(number, until_expiry=timedelta(seconds=-1))
    shop.comes_to(number, "cancelled")

    assert shop.day.one(ON_CARDS) == before
    assert shop.day.rows(OWED, number) == [(0,)]


def test_a_no_show_is_released_voided_and_told(shop: Shop) -> None:
    sku, node = shop.a_place(units=1)
    number = shop.order(sku=sku, node=node, units=1)
    shop.at_counter(number, node, "ready")
    shop.time_passes(number, until_expiry=timedelta(days=1))
    shop.waits(lambda: "pickup.reminder" in shop.told(number))
    shop.time_passes(number, until_expiry=timedelta(seconds=-1))
    shop.comes_to(number, "cancelled")

    assert shop.told(number).count("pickup.expired") == shop.told(number).count("pickup.reminder") == 1
    assert shop.held(number) == []
    assert shop.day.rows(MONEY, number)[0][1] == 0
    states = "SELECT p.state FROM orders_payment p JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s"
    assert shop.day.rows(states, number) == [("voided",)]
    assert shop.day.rows(BOOKED, number) == []
    shop.waits(lambda: shop.status(number)["state"] == "cancelled")


def test_what_a_store_does_not_find_is_sent_from_elsewhere(shop: Shop) -> None:
    sku, node = shop.day.rows(
        "SELECT here.sku, here.node FROM stock_stockposition here JOIN stock_stockposition there"
        " ON there.sku = here.sku AND there.node = 'WH-1' AND there.on_hand > 20"
        " WHERE here.node = 'STORE-011' AND here.on_hand - here.reserved - here.allocated > 0 LIMIT 1"
    )[0]
    number = shop.order(sku=sku, node=node, units=1)
    shop.at_counter(number, node, "reject", reason="not_found")
    shop.comes_to(number, "closed")

    assert "pickup.moved" in shop.told(number)
    shipped_from = "SELECT p.node FROM orders_parcel p JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s"
    assert shop.day.rows(shipped_from, number) != [(node,)]
    assert shop.day.one(UNBALANCED, number) == 0


def test_what_nobody_else_has_is_cancelled_and_its_money_let_go(shop: Shop) -> None:
    sku, node = shop.a_place(units=1)
    number = shop.order(sku=sku, node=node, units=1)
    with psycopg.connect(shop.stack.state.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("UPDATE catalog_node SET ships = false, offers_pickup = (code = %s)", (node,))
    try:
        shop.at_counter(number, node, "reject", reason="damaged")
        shop.comes_to(number, "cancelled")
    finally:
        with psycopg.connect(shop.stack.state.env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("UPDATE catalog_node SET ships = true, offers_pickup = (kind = 'store')")
    assert shop.day.rows(MONEY, number)[0][1] == 0
    assert shop.held(number) == []
