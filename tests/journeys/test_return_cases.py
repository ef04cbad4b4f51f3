"""Returns that meet others, on real processes: three shipments, two tenders, two currencies, chargebacks."""

import time
from decimal import Decimal
from typing import Any

import pytest

from retail_platform.demo.value_cards import EXAMPLE_CARD, EXAMPLE_PIN
from tests import beside
from tests.journeys.test_returns import DESK, STOREFRONT, ask, bought, closes, comes_back, desk, returns
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, until

__all__ = ["desk"]  # the fixture
pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled"),
]
_LEGS = """
SELECT account.role, entry.currency, sum(line.amount_minor)::bigint FROM ledger_journalline line
JOIN ledger_journalentry entry ON entry.id = line.entry_id JOIN ledger_account account ON account.code = line.account_id
WHERE entry.order_number = ANY(%s) GROUP BY account.role, entry.currency HAVING sum(line.amount_minor) <> 0
"""
_ENTRIES = """
SELECT entry.reference, sum(amount_minor)::bigint, (sum(amount_minor) FILTER (WHERE amount_minor > 0))::bigint
FROM ledger_journalline line JOIN ledger_journalentry entry ON entry.id = line.entry_id
WHERE entry.order_number = %s GROUP BY entry.reference ORDER BY entry.reference COLLATE "C"
"""
_LEFT = """
SELECT sum(captured_minor - refunded_minor - disputed_minor)::bigint FROM orders_payment payment
JOIN orders_order o ON o.id = payment.order_id WHERE o.number = %s
"""
_UNITS = """
SELECT line_id, shipped, cancelled, returned FROM orders_orderline line
JOIN orders_order o ON o.id = line.order_id WHERE number = %s ORDER BY line_id
"""
_NEW = """
SELECT exchange.order_number FROM return_to_refund_exchange exchange
JOIN returns_return r ON r.id = exchange.parent_id WHERE r.number = %s
"""
IN_DOLLARS = """
from decimal import Decimal
from canonical.money import Money
from canonical.order import Address, Customer, Order, OrderLine, Tender, TenderState
from process_apis.catalog.models import Channel, FxRate
from process_apis.ledger import services as ledger
from process_apis.orders import services
from retail_platform.kernel import clock
usd = lambda minor: Money(minor=minor, currency="USD")
Channel.objects.get_or_create(code="us", defaults={"name": "Our shop abroad", "currency": "USD"})
FxRate.objects.get_or_create(base="USD", quote="EUR", on=ledger.business_day(),
                             defaults={"rate": Decimal("0.90"), "source": "ECB"})
number = services.new_number()
row, _ = services.place(Order(
    channel="us", channel_order_id=number, number=number, placed_at=clock.now(), currency="USD", taxes_included=True,
    lines=(OrderLine(line_id="1", sku="SKU-00034", quantity=1, unit_price=usd(2000), discount=usd(0), tax=usd(319)),),
    shipping=usd(0), shipping_tax=usd(0), total=usd(2000), customer=Customer(name="Ada Winter"),
    ship_to=Address(name="Ada Winter", line1="Hauptstr. 1", city="Berlin", postcode="10115", country="DE"),
    tenders=(Tender(kind="card", amount=usd(2000), state=TenderState.TOKEN, reference="tok_visa"),)))
print(row.number)
"""


def legs(day: RetailDay, *numbers: str) -> dict[tuple[str, str], int]:
    """What stands on each account because of these orders, by role and currency."""
    return {(role, currency): minor for role, currency, minor in day.rows(_LEGS, list(numbers))}


def had_instead(day: RetailDay, parent: str) -> str:
    """The number of the order for the goods that an exchange gave."""
    return str(day.one(_NEW, parent))


def settled(day: RetailDay, number: str, state: str = "closed") -> None:
    wanted = "SELECT count(*) FROM orders_order WHERE number = %s AND state = %s"
    until(lambda: day.one(wanted, number, state), within_s=SETTLED_WITHIN_S, showing=day.left)


def done(day: RetailDay, number: str, operation: str) -> list[int]:
    """The amounts of what the payment provider did for an order."""
    return [each["amount"] for each in day.effects(system="payments", subject=number) if each["operation"] == operation]


def test_three_shipments_two_tenders_one_line_cancelled_and_one_returned_in_a_store(day: RetailDay, desk: str) -> None:
    ship_to = {"name": "Ada Winter", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
    card = {"kind": "gift_card", "number": EXAMPLE_CARD, "pin": EXAMPLE_PIN,
            "amount": {"amount": "3.00", "currency": "EUR"}}  # fmt: skip
    body = {
        "channel": "web", "lines": [{"sku": "SKU-00035", "quantity": 3}, {"sku": "SKU-00036", "quantity": 1}],
        "ship_to": ship_to, "customer": {"name": "Ada Winter", "email": f"r{time.time_ns()}@example.com"},
        "payments": [card, {"kind": "card", "token": "tok_visa"}],
    }  # fmt: skip
    day.fault("wms", "rate_limit", operation="release", count=2, retry_after_s="2")  # time to cancel, and to part it
    number = str(ask(day, f"{STOREFRONT}/orders", body)["number"])
    day.expected += 1
    day.control("POST", "/setup", {"parcels": {number: 3}})
    ask(day, f"{STOREFRONT}/orders/{number}/cancellations", {"lines": [{"line_id": "2", "units": 1}]})
    settled(day, number)
    shelf = "SELECT on_hand - quarantine FROM stock_stockposition WHERE sku = 'SKU-00035' AND node = 'STORE-001'"
    before = day.rows(shelf)

    parent = returns(day, number)
    comes_back(day, desk, parent, sku=35, node="STORE-001")
    closes(day, parent)
    day.settle(within_s=SETTLED_WITHIN_S)

    parcels = "SELECT count(*) FROM orders_parcel p JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s"
    assert day.one(parcels, number) == 3
    assert day.rows(_UNITS, number) == [("1", 3, 0, 1), ("2", 0, 1, 0)]
    assert len(done(day, number, "refund")) == day.one(
        "SELECT count(*) FROM returns_refund WHERE order_number = %s AND way = 'original'", number
    )
    assert day.rows(shelf)[0][0] == (before[0][0] if before else 0) + 1
    left = legs(day, number)
    assert not {role for role, _ in left} & {"RFL", "DEP"}
    assert left["PSP", "EUR"] + left["GC", "EUR"] == day.one(_LEFT, number)


def test_an_uneven_exchange_across_stores_and_currencies_ties_out_in_both(day: RetailDay, desk: str) -> None:
    number = beside.manage(day.stack, "shell", "-v0", "-c", IN_DOLLARS).split()[-1]
    day.expected += 1
    settled(day, number)

    wish = {
        "order_number": number,
        "lines": [{"line_id": "1", "units": 1}],
        "wanted": [{"sku": "SKU-00037", "quantity": 2}],
        "channel": "web",
        "node": "STORE-002",
        "payment": {"kind": "card", "token": "tok_visa"},
    }
    parent = str(ask(day, f"{DESK}/exchanges", wish, key=desk)["return_number"])
    comes_back(day, desk, parent, sku=34, node="STORE-001")
    day.expected += 1
    closes(day, parent)
    new = had_instead(day, parent)
    settled(day, new, "released")
    handed_over(day, new, "STORE-002")
    settled(day, new)
    day.settle(within_s=SETTLED_WITHIN_S)

    total = day.one("SELECT total_minor FROM orders_order WHERE number = %s", new)
    left = legs(day, number, new)
    assert (left["FX", "USD"], left["FX", "EUR"]) == (-2000, 1800)
    assert not {role for role, _ in left} & {"RFL", "DEP", "SC"}
    assert (done(day, number, "refund"), done(day, new, "capture")) == ([], [total - 1800])


def handed_over(day: RetailDay, number: str, node: str) -> None:
    """The store's staff fetch the goods and give them to the customer."""
    command = ["make_key", "--client=tests-counter", "--scope=stores.read", "--scope=stores.write"]
    key = beside.manage(day.stack, *command).strip()
    pickup = str(day.one("SELECT id FROM pickups_pickup WHERE order_number = %s", number))
    tools = "/api/experience/store_tools/v1"
    ask(day, f"{tools}/pickups/{pickup}/ready", {"staff": "kim"}, key=key)
    ask(day, f"{tools}/pickups/{pickup}/handover", {"staff": "kim", "id_checked": True}, key=key)


def test_a_chargeback_on_a_refunded_order_is_answered_with_the_refund_and_won(day: RetailDay, desk: str) -> None:
    number = bought(day, sku=38)
    day.settle(within_s=SETTLED_WITHIN_S)
    parent = returns(day, number)
    comes_back(day, desk, parent, sku=38)
    closes(day, parent)
    before = legs(day, number)

    about = dispute(day, number)
    until(lambda: evidence(day, about["id"]), within_s=SETTLED_WITHIN_S, showing=day.left)
    decided(day, about, won=True)

    after = legs(day, number)
    assert moved(before, after) == {("FEEP", "EUR"): 1500, ("PSP", "EUR"): -1500}
    assert len(evidence(day, about["id"])) == 1
    assert (len(done(day, number, "refund")), ("RFL", "EUR") in after) == (1, False)
    ties_out(day, number)


def test_a_chargeback_before_the_refund_has_paid_the_return_once_it_is_lost(day: RetailDay, desk: str) -> None:
    number = bought(day, sku=39)
    day.settle(within_s=SETTLED_WITHIN_S)
    about = dispute(day, number)
    until(lambda: state_of(day, about["id"]) == "open", within_s=SETTLED_WITHIN_S, showing=day.left)
    parent = returns(day, number)
    comes_back(day, desk, parent, sku=39)
    held = "SELECT held_for FROM returns_return WHERE number = %s"
    until(lambda: day.one(held, parent) == "dispute", within_s=SETTLED_WITHIN_S, showing=day.left)

    day.control("POST", "/payments/decisions", {"dispute": about["id"], "won": False})
    closes(day, parent)
    day.settle(within_s=SETTLED_WITHIN_S)

    assert done(day, number, "refund") == []
    assert day.rows("SELECT state FROM returns_refund WHERE order_number = %s", number) == [("replaced",)]
    left = legs(day, number)
    assert not {role for role, _ in left} & {"RFL", "CHBK"}
    ties_out(day, number)


def test_a_chargeback_of_goods_that_stay_with_the_customer_costs_the_fee_and_lost_the_money_too(day: RetailDay) -> None:
    numbers = {won: bought(day, sku=42) for won in (True, False)}
    day.settle(within_s=SETTLED_WITHIN_S)
    before = {won: legs(day, number) for won, number in numbers.items()}

    about = {won: dispute(day, number) for won, number in numbers.items()}
    for each in about.values():
        until(lambda: state_of(day, each["id"]) == "open", within_s=SETTLED_WITHIN_S, showing=day.left)  # noqa: B023
    for won, each in about.items():
        day.control("POST", "/payments/decisions", {"dispute": each["id"], "won": won})
    for won, each in about.items():
        wanted = "won" if won else "lost"
        until(lambda: state_of(day, each["id"]) == wanted, within_s=SETTLED_WITHIN_S, showing=day.left)  # noqa: B023
    day.settle(within_s=SETTLED_WITHIN_S)

    lost = about[False]["amount"]
    assert {won: moved(before[won], legs(day, number)) for won, number in numbers.items()} == {
        True: {("FEEP", "EUR"): 1500, ("PSP", "EUR"): -1500},
        False: {("FEEP", "EUR"): 1500, ("PSP", "EUR"): -1500 - lost, ("CBL", "EUR"): lost},
    }
    for number in numbers.values():
        assert done(day, number, "refund") == []
        ties_out(day, number)


def test_a_chargeback_before_the_refund_holds_it_until_it_is_won(day: RetailDay, desk: str) -> None:
    number = bought(day, sku=43)
    day.settle(within_s=SETTLED_WITHIN_S)
    about = dispute(day, number)
    until(lambda: state_of(day, about["id"]) == "open", within_s=SETTLED_WITHIN_S, showing=day.left)
    parent = returns(day, number)
    comes_back(day, desk, parent, sku=43)
    held = "SELECT held_for FROM returns_return WHERE number = %s"
    until(lambda: day.one(held, parent) == "dispute", within_s=SETTLED_WITHIN_S, showing=day.left)
    early = done(day, number, "refund")

    decided(day, about, won=True)
    closes(day, parent)
    day.settle(within_s=SETTLED_WITHIN_S)

    assert (early, len(done(day, number, "refund"))) == ([], 1)
    assert not {role for role, _ in legs(day, number)} & {"RFL", "CHBK", "CBL"}
    ties_out(day, number)


def test_a_chargeback_lost_after_the_refund_is_a_loss_and_somebody_is_asked_to_recover_it(
    day: RetailDay, desk: str
) -> None:
    number = bought(day, sku=44)
    day.settle(within_s=SETTLED_WITHIN_S)
    parent = returns(day, number)
    comes_back(day, desk, parent, sku=44)
    closes(day, parent)
    before = legs(day, number)

    about = dispute(day, number)
    until(lambda: evidence(day, about["id"]), within_s=SETTLED_WITHIN_S, showing=day.left)
    decided(day, about, won=False)

    lost = about["amount"]
    assert moved(before, legs(day, number)) == {
        ("FEEP", "EUR"): 1500, ("PSP", "EUR"): -1500 - lost, ("CBL", "EUR"): lost,
    }  # fmt: skip
    asked = "SELECT count(*) FROM cases_case WHERE fingerprint = %s"
    assert (day.one(asked, f"dispute-lost:{about['id']}"), len(done(day, number, "refund"))) == (1, 1)
    ties_out(day, number)


def decided(day: RetailDay, about: dict[str, Any], *, won: bool) -> None:
    """The bank decides, we hear of it, and all that follows from it has happened."""
    day.control("POST", "/payments/decisions", {"dispute": about["id"], "won": won})
    wanted = "won" if won else "lost"
    until(lambda: state_of(day, about["id"]) == wanted, within_s=SETTLED_WITHIN_S, showing=day.left)
    day.settle(within_s=SETTLED_WITHIN_S)


def moved(before: dict[tuple[str, str], int], after: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """What stands on each account now less what stood there."""
    found = {key: after.get(key, 0) - before.get(key, 0) for key in {*before, *after}}
    return {key: minor for key, minor in found.items() if minor}


def ties_out(day: RetailDay, number: str) -> None:
    """Each entry of the order balances, and is in the ERP's ledger once with the same debits."""
    ours = day.rows(_ENTRIES, number)
    posted = [(each["subject"], int(Decimal(each["amount"]) * 100)) for each in day.effects(operation="post_journal")]
    names = {reference for reference, _, _ in ours}
    assert [(reference, minor) for reference, _, minor in ours] == sorted(each for each in posted if each[0] in names)
    assert [reference for reference, difference, _ in ours if difference] == []


def dispute(day: RetailDay, number: str) -> dict[str, Any]:
    """The customer's bank takes the order's capture back; the provider tells us by webhook."""
    taken = [each for each in day.effects(system="payments", subject=number) if each["operation"] == "capture"]
    return dict(day.control("POST", "/payments/disputes", {"capture": taken[0]["reference"]}))


def evidence(day: RetailDay, reference: str) -> list[Any]:
    return [
        each for each in day.effects(system="payments", operation="submit_evidence") if each["reference"] == reference
    ]


def state_of(day: RetailDay, reference: str) -> str:
    found = day.rows("SELECT state FROM returns_dispute WHERE reference = %s", reference)
    return str(found[0][0]) if found else ""
