"""Orders that somebody cancels, on real processes: one side wins, the books agree, nothing is done twice."""

import time
from typing import Any

import pytest
import requests

from tests.retail_day import SETTLED_WITHIN_S, RetailDay, until

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled", "slow_pickers"),
]
STOREFRONT = "/api/experience/storefront/v1"
_BALANCES = """
SELECT account.role, sum(line.amount_minor)::bigint FROM ledger_journalline line
JOIN ledger_journalentry entry ON entry.id = line.entry_id JOIN ledger_account account ON account.code = line.account_id
WHERE entry.order_number = %s GROUP BY 1 HAVING sum(line.amount_minor) <> 0
"""
_UNITS = """
SELECT line.quantity, line.shipped, line.cancelled FROM orders_orderline line
JOIN orders_order o ON o.id = line.order_id WHERE o.number = %s ORDER BY position
"""
_STATES = "SELECT c.state FROM orders_cancellation c JOIN orders_order o ON o.id = c.order_id WHERE o.number = %s"


@pytest.fixture
def slow_pickers(day: RetailDay) -> Any:
    """A parcel takes its time, so that a test can come before it."""
    day.control("POST", "/setup", {"ship_delay_ms": 10000})
    yield
    day.control("POST", "/setup", {"ship_delay_ms": [50, 400]})


def ask(day: RetailDay, path: str, body: Any) -> requests.Response:
    headers = {"Idempotency-Key": f"cancel-{time.time_ns()}", "Authorization": f"Bearer {day.key}"}
    return requests.post(f"{day.url}{STOREFRONT}{path}", json=body, headers=headers, timeout=20)


def three_lines(day: RetailDay) -> str:
    ship_to = {"name": "Ada Winter", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
    body = {
        "channel": "web", "lines": [{"sku": f"SKU-{sku:05d}", "quantity": 1} for sku in (11, 12, 13)],
        "customer": {"name": "Ada Winter", "email": f"a{time.time_ns()}@example.com"}, "ship_to": ship_to,
        "payment": {"kind": "card", "token": "tok_visa"},
    }  # fmt: skip
    placed = ask(day, "/orders", body)
    day.expected += 1
    return str(placed.json()["number"])


def bought_at_the_shop(day: RetailDay, *, units: int) -> tuple[str, int]:
    """A paid order of so many units, sent in as many parcels: its number, and the shop's id of it."""
    number = f"#C{time.time_ns()}"
    day.control("POST", "/setup", {"parcels": {number: units}})
    wish = {
        "number": number, "currency": "EUR", "taxes_included": True, "financial_status": "paid",
        "lines": [{"sku": "SKU-00021", "quantity": units, "price": "10.00", "discount": "0.00"}],
        "address": {"country_code": "DE", "city": "Berlin", "zip": "10115", "address1": "Hauptstr. 1"},
    }  # fmt: skip
    order = day.control("POST", "/commerce/orders", wish)["order"]
    day.expected += 1
    return number, order["id"]


def state_is(day: RetailDay, number: str, *states: str) -> None:
    wanted = "SELECT count(*) FROM orders_order WHERE number = %s AND state = ANY(%s)"
    until(lambda: day.one(wanted, number, list(states)), within_s=SETTLED_WITHIN_S, showing=day.left)


def became(day: RetailDay, number: str, *states: str) -> None:
    until(lambda: day.rows(_STATES, number) == [(s,) for s in states], within_s=SETTLED_WITHIN_S, showing=day.left)


def test_a_customer_cancels_one_line_of_three_before_it_is_sent(day: RetailDay) -> None:
    number = three_lines(day)
    day.control("POST", "/setup", {"parcels": {number: 1}})  # each takes its time
    assert ask(day, f"/orders/{number}/cancellations", {"lines": [{"line_id": "2", "units": 1}]}).status_code == 202
    became(day, number, "done")
    state_is(day, number, "closed")
    assert day.rows(_UNITS, number) == [(1, 1, 0), (1, 0, 1), (1, 1, 0)]
    assert sum(minor for _, minor in day.rows(_BALANCES, number)) == 0
    assert len(day.effects(operation="reduce_sales_order", subject=number)) == 1


def test_a_whole_order_is_stopped_at_the_warehouse_and_leaves_nothing(day: RetailDay) -> None:
    number, shop_id = bought_at_the_shop(day, units=1)
    state_is(day, number, "released")
    day.control("POST", "/commerce/cancellations", {"id": shop_id})
    became(day, number, "done")
    state_is(day, number, "cancelled")
    assert (day.rows(_BALANCES, number), day.effects(operation="dispatch", subject=number)) == ([], [])


def test_a_marketplace_cancels_while_the_warehouse_picks(day: RetailDay) -> None:
    number, shop_id = bought_at_the_shop(day, units=2)
    settled = "SELECT count(*) FROM orders_parcel WHERE settled_at IS NOT NULL AND order_id = (SELECT id FROM orders_order WHERE number = %s)"  # noqa: E501
    until(lambda: day.one(settled, number), within_s=SETTLED_WITHIN_S, showing=day.left)
    day.control("POST", "/commerce/cancellations", {"id": shop_id})
    became(day, number, "becomes_return")
    state_is(day, number, "closed")
    assert day.rows(_UNITS, number) == [(2, 2, 0)]
    told = day.rows("SELECT data->'lines'->0->>'quantity' FROM outbox_fact WHERE name = 'order.return_needed'"
                    " AND aggregate = %s", f"order:{number}")  # fmt: skip
    assert sum(int(units) for (units,) in told) == 2


def test_what_has_left_is_refused_with_a_reason(day: RetailDay) -> None:
    day.control("POST", "/setup", {"ship_delay_ms": 50})
    number = three_lines(day)
    state_is(day, number, "closed")
    refused = ask(day, f"/orders/{number}/cancellations", {})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/too-late-to-cancel")
