"""Returns that go another way than most do, each to its end on real processes: goods, money and both ledgers.

What they return was bought beforehand, all at once: the wait for parcels is the same for one order and for twelve.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests import beside
from tests.journeys.test_return_cases import IN_DOLLARS, done, had_instead, legs, settled, ties_out
from tests.journeys.test_returns import DESK, STOREFRONT, ask, closes, comes_back, desk, ordered, returns, state
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, until

__all__ = ["desk"]  # the fixture
pytestmark = [pytest.mark.timeout(400), pytest.mark.usefixtures("nothing_lost_and_nothing_doubled")]
TOOLS = "/api/experience/store_tools/v1"
CARD, PIN, CARD_SKU, SET, PARTS = "6006490000009991", "4711", "EDGE-CARD", "EDGE-SET", ("SKU-00061", "SKU-00062")
CASES = {  # what each of them bought
    "goodwill": "SKU-00051", "even": "SKU-00052", "bounced": "SKU-00053", "advance": "SKU-00054",
    "late": "SKU-00055", "ticket": "SKU-00056", "locked": "SKU-00057", "set": SET, "card": CARD_SKU,
}  # fmt: skip
GOODS = f"""
from process_apis.catalog.models import BundlePart, Product
like = {{"tax_code": "standard", "currency": "EUR"}}
Product.objects.get_or_create(sku="{SET}", defaults={{**like, "title": "Set", "price_minor": 900, "cost_minor": 0}})
for part in {PARTS}:
    Product.objects.filter(sku=part).update(price_minor=600)
    BundlePart.objects.get_or_create(bundle="{SET}", part=part, defaults={{"units": 1}})
Product.objects.get_or_create(sku="{CARD_SKU}", defaults={{
    **like, "title": "Gift card", "price_minor": 5000, "cost_minor": 0, "revenue_role": "GC"}})
"""
LOADED = f"""
from process_apis.stored_value import services
from process_apis.stored_value.models import ValueKind, ValueReason
card = services.open_account(kind=ValueKind.GIFT_CARD, number="{CARD}", pin="{PIN}", currency="EUR")
services.load(card, minor=5000, key="edge", reason=ValueReason.LOADED, of="%s")
"""
RATE = 'from process_apis.catalog.models import FxRate; FxRate.objects.filter(base="USD").update(rate="%s")'
CLOSE_THE_MONTH = """
from datetime import timedelta
from process_apis.ledger import services as ledger
from process_apis.ledger.models import Period
today = ledger.business_day()
locked = Period.objects.get(first_day__lte=today, last_day__gte=today)
ledger.open_periods(entity=locked.entity, months=[locked.last_day + timedelta(days=1)])
ledger.close_period(entity=locked.entity, day=today)
"""
OPEN_IT_AGAIN = 'from process_apis.ledger.models import Period; Period.objects.update(state="open")'
NOBODY_PAYS = """
from process_apis.return_to_refund import advances
from process_apis.returns.models import Return
from retail_platform.kernel import clock
advances.decide(Return.objects.get(number="%s"), outcome=advances.LOST, by="a test", why="asked twice", now=clock.now())
"""
_TIME_IS_UP = """
UPDATE engine_processrun SET next_wake_at = now() WHERE subject = %s AND state = 'waiting' AND next_wake_at > now()
RETURNING 1
"""
_REFUNDS = "SELECT way, state FROM returns_refund WHERE order_number = %s ORDER BY key"


def shell(day: RetailDay, code: str) -> str:
    return beside.manage(day.stack, "shell", "-v0", "-c", code)


@pytest.fixture(scope="module")
def sold(day: RetailDay) -> dict[str, str]:
    """The number of the order of each case; all of them have left."""
    shell(day, GOODS)
    day.control("POST", "/setup", {"stock": [{"node": "WH-1", "sku": CARD_SKU, "on_hand": 5}]})
    shell(day, _received(CARD_SKU))
    units = {
        case: 1 if case in ("card", "ticket") else 2 for case in CASES
    }  # of an order sent back whole shipping is, too
    numbers = {case: ordered(day, lines=[{"sku": sku, "quantity": units[case]}]) for case, sku in CASES.items()}
    numbers["dollars"] = shell(day, IN_DOLLARS).split()[-1]
    numbers["marketplace"] = at_the_marketplace(day)
    day.expected += 2
    for number in numbers.values():
        settled(day, number)
    return numbers


@pytest.fixture(scope="module", autouse=True)
def nobody_is_owed_anything(day: RetailDay, sold: dict[str, str]) -> Iterator[None]:
    """At the end of them all, in either ledger."""
    yield
    for number in sold.values():
        assert not {role for role, _ in legs(day, number)} & {"RFL", "DEP"}
        ties_out(day, number)


def at_the_marketplace(day: RetailDay) -> str:
    """An order that the shop's customer has paid there."""
    line = {"sku": "SKU-00058", "quantity": 1, "price": "10.00", "discount": "0.00"}
    address = {"country_code": "DE", "city": "Berlin", "zip": "10115", "address1": "Hauptstr. 1"}
    wish = {"number": f"#E{time.time_ns()}", "lines": [line], "currency": "EUR", "taxes_included": True,
            "address": address, "financial_status": "paid"}  # fmt: skip
    theirs = str(day.control("POST", "/commerce/orders", wish)["order"]["id"])
    wanted = "SELECT number FROM orders_order WHERE channel_order_id = %s"
    until(lambda: day.rows(wanted, theirs), within_s=SETTLED_WITHIN_S, showing=day.left)
    return str(day.one(wanted, theirs))


def opened(day: RetailDay, desk: str, number: str, **wish: Any) -> str:
    """A return that the service desk opens."""
    return str(ask(day, f"{DESK}/returns", {"order_number": number, **wish}, key=desk)["number"])


def reaches(day: RetailDay, parent: str, wanted: str) -> None:
    until(lambda: state(day, parent) == wanted, within_s=SETTLED_WITHIN_S, showing=day.left)


def test_goodwill_is_money_and_no_goods(day: RetailDay, desk: str, sold: dict[str, str]) -> None:
    number = sold["goodwill"]
    parent = opened(day, desk, number, kind="goodwill", goodwill={"amount": "1.00", "currency": "EUR"})
    closes(day, parent)
    returned = "SELECT sum(returned) FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id WHERE number = %s"
    assert (done(day, number, "refund"), day.one(returned, number)) == ([100], 0)


def test_an_even_exchange_moves_goods_and_no_money(day: RetailDay, desk: str, sold: dict[str, str]) -> None:
    number = sold["even"]
    wish = {"order_number": number, "lines": [{"line_id": "1", "units": 1}],
            "wanted": [{"sku": CASES["even"], "quantity": 1}]}  # fmt: skip
    parent = str(ask(day, f"{DESK}/exchanges", wish, key=desk)["return_number"])
    comes_back(day, desk, parent, sku=52)
    day.expected += 1
    closes(day, parent)
    new = had_instead(day, parent)
    settled(day, new)
    assert (done(day, number, "refund"), done(day, new, "capture")) == ([], [])
    ties_out(day, new)


def test_a_refund_the_bank_sends_back_is_owed_until_it_is_paid_otherwise(
    day: RetailDay, desk: str, sold: dict[str, str]
) -> None:
    number = sold["bounced"]
    parent = returns(day, number)
    comes_back(day, desk, parent, sku=53)
    closes(day, parent)
    which = "SELECT id, provider_reference FROM returns_refund WHERE order_number = %s"
    refund, reference = day.rows(which, number)[0]
    day.control("POST", "/payments/failures", {"refund": reference})
    reaches(day, parent, "refund_failed")
    otherwise = {"refund": str(refund), "way": "store_credit"}
    ask(day, f"{DESK}/returns/{parent}/refund-otherwise", otherwise, key=desk)
    closes(day, parent)
    assert day.rows(_REFUNDS, number) == [("original", "replaced"), ("store_credit", "done")]
    assert len(done(day, number, "refund")) == 1


def test_goods_refunded_in_advance_that_never_come_are_a_loss_once_somebody_says_so(
    day: RetailDay, desk: str, sold: dict[str, str]
) -> None:
    number = sold["advance"]
    parent = opened(day, desk, number, kind="advance", lines=[{"line_id": "1", "units": 1}])
    reaches(day, parent, "refunded")
    paid = done(day, number, "refund")
    day.rows("UPDATE returns_return SET expires_at = now() - interval '1 day' WHERE number = %s RETURNING 1", parent)

    def waited(true: Callable[[], object]) -> None:  # a run that is just going to wait would write its own moment
        until(lambda: day.rows(_TIME_IS_UP, parent) is not None and true(), within_s=SETTLED_WITHIN_S, showing=day.left)

    asked = "SELECT count(*) FROM cases_case WHERE fingerprint = %s AND state = 'open'"
    waited(lambda: day.one(asked, f"return:{parent}:advance"))
    shell(day, NOBODY_PAYS % parent)
    waited(lambda: state(day, parent) == "closed")
    assert [legs(day, number)["CBL", "EUR"]] == paid == done(day, number, "refund")


def test_goods_that_come_too_late_are_refused_and_taken_where_the_desk_lets_them_in(
    day: RetailDay, desk: str, sold: dict[str, str]
) -> None:
    number = sold["late"]
    day.rows(
        "UPDATE orders_parcel p SET dispatched_at = dispatched_at - interval '90 days' FROM orders_order o"
        " WHERE o.id = p.order_id AND o.number = %s RETURNING 1", number,
    )  # fmt: skip
    proof = {"Authorization": f"Bearer {day.key}", "Idempotency-Key": f"late-{time.time_ns()}"}
    wish = {"lines": [{"line_id": "1", "units": 1}], "reason": "too small"}
    refused = requests.post(f"{day.url}{STOREFRONT}/orders/{number}/returns", json=wish, headers=proof, timeout=30)
    assert (refused.status_code, "could come back until" in refused.text) == (422, True)
    parent = opened(day, desk, number, lines=[{"line_id": "1", "units": 1}], waive_policy=True)
    comes_back(day, desk, parent, sku=55)
    closes(day, parent)
    assert len(done(day, number, "refund")) == 1


def test_a_ticket_rung_up_offline_is_a_return_and_a_sale(day: RetailDay, desk: str, sold: dict[str, str]) -> None:
    number, sku = sold["ticket"], CASES["ticket"]
    minor = day.one("SELECT total_minor FROM orders_order WHERE number = %s", number)
    price = {"amount": f"{minor // 100}.{minor % 100:02d}", "currency": "EUR"}
    ticket = {
        "store": "STORE-001", "till": "1", "number": f"E{time.time_ns()}", "staff": "kim", "sale": number,
        "business_date": day.one("SELECT current_date::text"), "net": {"amount": "0.00", "currency": "EUR"},
        "lines": [{"sku": sku, "quantity": -1, "unit_price": price, "line_id": "1"},
                  {"sku": sku, "quantity": 1, "unit_price": price}],
    }  # fmt: skip
    shelf = "SELECT coalesce(sum(on_hand), 0) FROM stock_stockposition WHERE sku = %s AND node = 'STORE-001'"
    before = day.one(shelf, sku)
    parent = str(ask(day, f"{DESK}/exchange-tickets", ticket, key=desk)["return_number"])
    day.expected += 1
    closes(day, parent)
    new = had_instead(day, parent)
    settled(day, new)
    assert (done(day, number, "refund"), day.one(shelf, sku)) == ([], before)
    ties_out(day, new)


def test_what_a_marketplace_sold_comes_back_to_a_store_and_the_marketplace_pays(
    day: RetailDay, desk: str, sold: dict[str, str]
) -> None:
    number = sold["marketplace"]
    line = day.one("SELECT line_id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
                   " WHERE number = %s", number)  # fmt: skip
    parent = opened(day, desk, number, lines=[{"line_id": line, "units": 1}], node="STORE-001")
    comes_back(day, desk, parent, sku=58, node="STORE-001")
    closes(day, parent)
    assert (done(day, number, "refund"), day.rows(_REFUNDS, number)) == ([], [("channel", "done")])
    assert ("TILL", "EUR") not in legs(day, number)


def test_a_part_of_a_bundle_comes_back_for_what_the_rest_does_not_cost(
    day: RetailDay, desk: str, sold: dict[str, str]
) -> None:
    number = sold["set"]
    parent = opened(day, desk, number, lines=[{"line_id": "1", "units": 1, "part": PARTS[0]}])
    comes_back(day, desk, parent, sku=61)
    closes(day, parent)
    assert done(day, number, "refund") == [300]  # 9.00 as paid, less 6.00 for the part that is kept


def test_an_unspent_gift_card_is_void_and_was_no_revenue(day: RetailDay, desk: str, sold: dict[str, str]) -> None:
    number = sold["card"]
    shell(day, LOADED % number)
    card = {"line_id": "1", "number": CARD, "pin": PIN}
    parent = str(ask(day, f"{DESK}/returns", {"order_number": number, "gift_card": card}, key=desk)["number"])
    closes(day, parent)
    shipping = day.one("SELECT total_minor - 5000 FROM orders_order WHERE number = %s", number)
    assert sum(done(day, number, "refund")) == 5000 + shipping
    assert ("GC", "EUR") not in legs(day, number)


def test_foreign_money_goes_back_as_it_was_paid_and_the_difference_is_exchange(
    day: RetailDay, desk: str, sold: dict[str, str]
) -> None:
    number = sold["dollars"]
    shell(day, RATE % "0.95")
    try:
        parent = opened(day, desk, number, lines=[{"line_id": "1", "units": 1}])
        comes_back(day, desk, parent, sku=34)
        closes(day, parent)
    finally:
        shell(day, RATE % "0.90")
    assert (done(day, number, "refund"), legs(day, number)["FX", "EUR"]) == ([2000], 84)  # 0.05 of 16.81 net


def test_without_a_receipt_the_least_it_was_sold_for_is_given_as_credit(day: RetailDay, sold: dict[str, str]) -> None:
    command = ["make_key", "--client=tests-counter", "--scope=stores.read", "--scope=stores.write"]
    counter = beside.manage(day.stack, *command).strip()
    goods = {"node": "STORE-003", "staff": "kim", "document": f"L{time.time_ns()}",
             "lines": [{"sku": CASES["goodwill"], "units": 1, "disposition": "restock"}]}  # fmt: skip
    parent = str(ask(day, f"{TOOLS}/returns", goods, key=counter)["number"])
    closes(day, parent)
    ways = "SELECT way, f.state FROM returns_refund f JOIN returns_return r ON r.id = f.parent_id WHERE r.number = %s"
    assert day.rows(ways, parent) == [("store_credit", "done")]


def test_a_return_into_a_locked_month_is_credited_in_the_open_one(
    day: RetailDay, desk: str, sold: dict[str, str]
) -> None:
    number = sold["locked"]
    shell(day, CLOSE_THE_MONTH)
    try:
        parent = returns(day, number)
        comes_back(day, desk, parent, sku=57)
        closes(day, parent)
    finally:
        shell(day, OPEN_IT_AGAIN)
    booked = """
    SELECT DISTINCT entry.booked_on > sale.booked_on FROM ledger_journalentry entry, ledger_journalentry sale
    WHERE entry.order_number = %s AND entry.reference LIKE %s AND sale.order_number = %s AND sale.purpose = 'sale'
    """
    assert day.rows(booked, number, f"%{parent}%", number) == [(True,)]


def _received(sku: str) -> str:
    """Five units lie in the first warehouse."""
    return f"""
from canonical.stock import MovementReason, StockMovement
from process_apis.stock import services
from retail_platform.kernel import clock
services.move([StockMovement(key="edge:{sku}", sku="{sku}", node="WH-1", units=5, reason=MovementReason.OPENING,
                             source="opening", occurred_at=clock.now())])
"""
