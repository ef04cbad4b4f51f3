"""Goods that come back, on real processes: one credit memo, one refund, the stock right, the books agreed."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from retail_platform.demo.value_cards import EXAMPLE_CARD, EXAMPLE_PIN
from tests import beside
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, until

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled"),
]
STOREFRONT, DESK = "/api/experience/storefront/v1", "/api/process/return_to_refund/v1"
_OWED = """
SELECT coalesce(sum(line.amount_minor), 0)::bigint FROM ledger_journalline line
JOIN ledger_account account ON account.code = line.account_id WHERE account.role = %s
"""
_MONEY = """
SELECT sum(captured_minor)::bigint, sum(refunded_minor)::bigint, sum(refunding_minor)::bigint
FROM orders_payment payment JOIN orders_order o ON o.id = payment.order_id WHERE o.number = %s
"""


@pytest.fixture(scope="module")
def desk(day: RetailDay) -> str:
    """The key of somebody at the service desk."""
    command = ["make_key", "--client=tests-desk", "--scope=process.read", "--scope=process.write"]
    return beside.manage(day.stack, *command).strip()


@pytest.fixture(autouse=True)
def the_day_is_settled(day: RetailDay) -> Iterator[None]:
    yield
    assert day.one(_OWED, "RFL") == 0


def ask(day: RetailDay, path: str, body: Any, *, key: str = "") -> Any:
    headers = {"Idempotency-Key": f"return-{time.time_ns()}", "Authorization": f"Bearer {key or day.key}"}
    told = requests.post(f"{day.url}{path}", json=body, headers=headers, timeout=30)
    assert told.status_code < 300, told.text
    return told.json()


def bought(day: RetailDay, *payments: dict[str, Any], units: int = 1, sku: int = 31) -> str:
    """An order that has left; its number."""
    how = {"payments": list(payments)} if payments else {}
    number = ordered(day, lines=[{"sku": f"SKU-{sku:05d}", "quantity": units}], **how)
    shipped = "SELECT count(*) FROM orders_parcel p JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s"
    until(lambda: day.one(shipped, number), within_s=SETTLED_WITHIN_S)
    return number


def ordered(day: RetailDay, *, lines: list[dict[str, Any]], **how: Any) -> str:
    """An order that was taken; its number."""
    ship_to = {"name": "Ada Winter", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
    body = {
        "channel": "web", "lines": lines, "ship_to": ship_to,
        "customer": {"name": "Ada Winter", "email": f"r{time.time_ns()}@example.com"},
        **(how or {"payment": {"kind": "card", "token": "tok_visa"}}),
    }  # fmt: skip
    number = str(ask(day, f"{STOREFRONT}/orders", body)["number"])
    day.expected += 1
    return number


def returns(day: RetailDay, number: str, *, units: int = 1) -> str:
    body = {"lines": [{"line_id": "1", "units": units}], "reason": "too small"}
    return str(ask(day, f"{STOREFRONT}/orders/{number}/returns", body)["number"])


def comes_back(day: RetailDay, desk: str, parent: str, *, units: int = 1, sku: int = 31, node: str = "WH-1") -> None:
    goods = {"node": node, "lines": [{"sku": f"SKU-{sku:05d}", "units": units}]}
    received = ask(day, f"{DESK}/returns/{parent}/receive", goods, key=desk)
    seen = {"receipt": received["receipts"][0]["key"], "position": 1, "disposition": "restock"}
    ask(day, f"{DESK}/returns/{parent}/inspect", seen, key=desk)


def state(day: RetailDay, parent: str) -> str:
    return str(day.one("SELECT state FROM returns_return WHERE number = %s", parent))


def closes(day: RetailDay, parent: str) -> None:
    until(lambda: state(day, parent) == "closed", within_s=SETTLED_WITHIN_S, showing=day.left)


def test_a_plain_return_gives_the_goods_to_stock_and_the_money_to_the_card(day: RetailDay, desk: str) -> None:
    number = bought(day, units=2)
    day.settle(within_s=SETTLED_WITHIN_S)
    available = "SELECT on_hand - quarantine FROM stock_stockposition WHERE sku = 'SKU-00031' AND node = 'WH-1'"
    before = day.one(available)

    parent = returns(day, number)
    comes_back(day, desk, parent)
    closes(day, parent)

    effects = [each["operation"] for each in day.effects(subject=number)]
    captured, refunded, refunding = day.rows(_MONEY, number)[0]
    assert (effects.count("refund"), effects.count("create_credit_memo"), refunding) == (1, 1, 0)
    assert 0 < refunded < captured
    assert day.one(available) == before + 1


def test_a_store_return_before_the_invoice_waits_and_is_released_by_it(day: RetailDay, desk: str) -> None:
    day.fault("erp", "error", operation="create_invoice", status=503)
    number = bought(day)
    parent = returns(day, number)
    comes_back(day, desk, parent)
    held = "SELECT held_for FROM returns_return WHERE number = %s"
    until(lambda: day.one(held, parent) == "no_sale", within_s=SETTLED_WITHIN_S)
    credited = day.one("SELECT count(*) FROM returns_creditmemo m JOIN returns_return r ON r.id = m.parent_id "
                       "WHERE r.number = %s", parent)  # fmt: skip

    day.control("DELETE", "/faults")
    closes(day, parent)

    assert credited == 0


def test_a_split_tender_goes_back_to_the_card_and_the_gift_card(day: RetailDay, desk: str) -> None:
    ten = {"amount": "5.00", "currency": "EUR"}
    gift_card = {"kind": "gift_card", "number": EXAMPLE_CARD, "pin": EXAMPLE_PIN, "amount": ten}
    number = bought(day, gift_card, {"kind": "card", "token": "tok_visa"})
    day.settle(within_s=SETTLED_WITHIN_S)

    parent = returns(day, number)
    comes_back(day, desk, parent)
    closes(day, parent)

    ways = day.rows("SELECT way, state FROM returns_refund WHERE order_number = %s ORDER BY way", number)
    captured, refunded, _ = day.rows(_MONEY, number)[0]
    assert ways == [("gift_card", "done"), ("original", "done")]
    assert captured == refunded
