"""Orders paid with several tenders, on real processes: each is held, taken, booked and let go by who settles it."""

import time
from typing import Any

import pytest
import requests

from retail_platform.demo.value_cards import EXAMPLE_CARD, EXAMPLE_PIN, number_of
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, until

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled"),
]
_LEGS = """
SELECT entry.purpose, account.role, line.amount_minor FROM ledger_journalline line
JOIN ledger_journalentry entry ON entry.id = line.entry_id JOIN ledger_account account ON account.code = line.account_id
WHERE entry.order_number = %s
"""
_ON_CARD = """
SELECT sum(balance_minor), sum(held_minor) FROM stored_value_valueaccount WHERE kind = 'gift_card'
"""
TEN = {"amount": "10.00", "currency": "EUR"}
GIFT_CARD = {"kind": "gift_card", "number": EXAMPLE_CARD, "pin": EXAMPLE_PIN, "amount": TEN}
CARD = {"kind": "card", "token": "tok_visa"}


def order(day: RetailDay, *payments: dict[str, Any], units: int = 1, sku: int = 1) -> str:
    """Place an order paid like this; its number."""
    ship_to = {"name": "Ada Winter", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
    told = requests.post(
        f"{day.url}/api/experience/storefront/v1/orders",
        json={
            "channel": "web",
            "lines": [{"sku": f"SKU-{sku:05d}", "quantity": units}],
            "customer": {"name": "Ada Winter", "email": "ada@example.com"},
            "ship_to": ship_to,
            "payments": list(payments),
        },
        headers={"Idempotency-Key": f"tenders-{time.time_ns()}", "Authorization": f"Bearer {day.key}"},
        timeout=20,
    )
    assert told.status_code == 202, told.text
    day.expected += 1
    return str(told.json()["number"])


def state_is(day: RetailDay, number: str, state: str) -> None:
    wanted = "SELECT count(*) FROM orders_order WHERE number = %s AND state = %s"
    until(lambda: day.one(wanted, number, state), within_s=SETTLED_WITHIN_S, showing=day.left)


def balances(day: RetailDay, number: str) -> dict[str, int]:
    """What the entries of an order leave in each account, by role."""
    found: dict[str, int] = {}
    for _, role, minor in day.rows(_LEGS, number):
        found[role] = found.get(role, 0) + minor
    return found


def done(day: RetailDay, number: str, operation: str) -> list[int]:
    """The amounts of what the payment provider did for an order."""
    return [each["amount"] for each in day.effects(system="payments", subject=number) if each["operation"] == operation]


def test_a_gift_card_and_a_card_pay_three_shipments_and_the_gift_card_is_spent_once(day: RetailDay) -> None:
    before, _ = day.rows(_ON_CARD)[0]
    day.fault("erp", "rate_limit", operation="create_sales_order", count=1, retry_after_s="2")
    number = order(day, GIFT_CARD, CARD, units=3)
    day.control("POST", "/setup", {"parcels": {number: 3}})
    state_is(day, number, "closed")
    total = day.one("SELECT total_minor FROM orders_order WHERE number = %s", number)

    assert (
        day.one("SELECT count(*) FROM orders_parcel p JOIN orders_order o ON o.id = order_id WHERE number = %s", number)
        == 3
    )
    assert day.rows(_ON_CARD) == [(before - 1000, 0)]
    assert [leg for leg in day.rows(_LEGS, number) if leg[1] == "GC"] == [("deposit", "GC", 1000)]
    left = balances(day, number)
    assert (left["PSP"], left["AR"], left["DEP"], sum(left.values())) == (total - 1000, 0, 0, 0)
    assert (sum(done(day, number, "capture")), sum(done(day, number, "authorize"))) == (total - 1000, total - 1000)


def test_a_declined_card_leaves_the_gift_card_as_it_was(day: RetailDay) -> None:
    before = day.rows(_ON_CARD)
    number = order(day, GIFT_CARD, {"kind": "card", "token": "tok_declined"})
    state_is(day, number, "cancelled")
    day.settle(within_s=SETTLED_WITHIN_S)
    assert (day.rows(_ON_CARD), balances(day, number), day.effects(system="payments", subject=number)) == (
        before,
        {},
        [],
    )


def test_a_second_card_that_is_declined_lets_go_what_the_first_one_holds(day: RetailDay) -> None:
    number = order(day, {**CARD, "amount": TEN}, {"kind": "card", "token": "tok_declined"})
    state_is(day, number, "cancelled")
    day.settle(within_s=SETTLED_WITHIN_S)
    assert (done(day, number, "authorize"), done(day, number, "void")) == ([1000], [1000])


def test_a_gift_card_pays_all_of_an_order_without_any_provider(day: RetailDay) -> None:
    number = order(day, {"kind": "gift_card", "number": number_of(1)}, sku=2)
    state_is(day, number, "closed")
    assert day.effects(system="payments", subject=number) == []
    assert balances(day, number)["DEP"] == 0


def test_cash_on_delivery_is_owed_by_the_carrier_from_the_parcel_on(day: RetailDay) -> None:
    number = order(day, GIFT_CARD, {"kind": "cash_on_delivery"}, sku=3)
    state_is(day, number, "closed")
    total = day.one("SELECT total_minor FROM orders_order WHERE number = %s", number)
    left = balances(day, number)
    assert (left["COD"], left["GC"], left["AR"]) == (total - 1000, 1000, 0)


def test_a_hold_that_would_lapse_before_the_parcel_leaves_is_renewed(day: RetailDay) -> None:
    day.control("POST", "/setup", {"ship_delay_ms": 8000})
    number = order(day, CARD, sku=4)
    state_is(day, number, "released")
    day.control("POST", "/setup", {"ship_delay_ms": [100, 1500]})
    day.rows(
        "UPDATE orders_payment SET expires_at = now() + interval '1 hour' WHERE order_id ="
        " (SELECT id FROM orders_order WHERE number = %s) RETURNING id",
        number,
    )
    state_is(day, number, "closed")
    day.settle(within_s=SETTLED_WITHIN_S)
    first, second = done(day, number, "authorize")
    assert (first, done(day, number, "void"), done(day, number, "capture")) == (second, [first], [first])


def test_a_hold_that_cannot_be_renewed_puts_the_order_on_hold_with_one_case(day: RetailDay) -> None:
    day.control("POST", "/setup", {"ship_delay_ms": 8000})
    number = order(day, CARD, sku=5)
    state_is(day, number, "released")
    day.control("POST", "/setup", {"ship_delay_ms": [100, 1500]})
    day.rows(
        "UPDATE orders_payment SET expires_at = now() + interval '1 hour', reference = 'tok_expired' WHERE order_id ="
        " (SELECT id FROM orders_order WHERE number = %s) RETURNING id",
        number,
    )
    on_hold = "SELECT count(*) FROM orders_order WHERE number = %s AND on_hold = 'payment'"
    until(lambda: day.one(on_hold, number), within_s=SETTLED_WITHIN_S, showing=day.left)
    of_money = "SELECT count(*) FROM cases_case WHERE subject = %s AND fingerprint LIKE 'payment:%%' AND state = 'open'"
    assert day.one(of_money, number) == 1
    state_is(day, number, "closed")  # the old hold was still good when the parcel left
    assert day.one(on_hold, number) == 0


def test_an_order_the_warehouse_refuses_puts_back_on_the_gift_card_what_was_spent(day: RetailDay) -> None:
    before = day.rows(_ON_CARD)
    day.fault("wms", "error", operation="release", count=9, status=422)
    number = order(day, GIFT_CARD, CARD, sku=6)
    state_is(day, number, "cancelled")
    day.settle(within_s=SETTLED_WITHIN_S)
    assert (day.rows(_ON_CARD), balances(day, number)) == (before, {})
    assert (done(day, number, "authorize"), done(day, number, "capture")) == (done(day, number, "void"), [])
