"""Orders that a desk, a business customer and a till place, each in a shape of its own."""

from typing import Any

import pytest

from process_apis.catalog.models import Channel, Node, Product
from process_apis.orders.models import Order, OrderLine, Payment
from tests.callers import Caller, a_key, problem
from tests.factories import a_catalog

pytestmark = pytest.mark.django_db

DESK = "/api/process/order_to_cash/v1/orders"
TRADE = "/api/experience/storefront/v1/trade-orders"
TILL = "/api/experience/store_tools/v1/stores/STORE-001/orders"
PLACE = {"name": "Ada Winter", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
ADA = {"name": "Ada Winter", "email": "ada@example.com"}
EUR_10 = {"amount": "10.00", "currency": "EUR"}


@pytest.fixture(autouse=True)
def channels() -> None:
    a_catalog(skus=["BOOT-42", "COAT-1"])
    Channel.objects.create(code="trade", name="T", currency="EUR", taxes_included=False, shipping_minor=500,
                           also_pays_with=["invoice_terms"])  # fmt: skip
    Channel.objects.create(code="till", name="Tills", currency="EUR")


@pytest.fixture
def desk() -> Caller:
    return Caller(a_key(name="desk", scopes=["process.read", "process.write"]))


@pytest.fixture
def portal() -> Caller:
    return Caller(a_key(name="portal", scopes=["storefront.read", "storefront.orders"], channels=["trade"]))


@pytest.fixture
def till() -> Caller:
    return Caller(a_key(name="till", scopes=["stores.read", "stores.write"], stores=["STORE-001"]))


def asked_at_desk(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "web", "operator": "kim", "lines": [{"sku": "BOOT-42", "quantity": 1}], "customer": ADA,
        "ship_to": PLACE, "payments": [{"kind": "card", "token": "tok_visa"}], **changes,
    }  # fmt: skip


def purchase(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "trade", "account": "ACME-1", "purchase_order": "PO-1", "contact": ADA, "deliver_to": PLACE,
        "positions": [
            {"item": "BOOT-42", "quantity": 2, "deliver_on": "2027-03-01"},
            {"item": "COAT-1", "quantity": 1, "deliver_on": "2027-04-01"},
        ],
        **changes,
    }  # fmt: skip


def sale(**changes: Any) -> dict[str, Any]:
    return {
        "receipt": "R-1", "staff": "kim", "items": [{"sku": "BOOT-42", "quantity": 1}], "customer": ADA,
        "address": PLACE, "taken": [{"kind": "till_cash"}], **changes,
    }  # fmt: skip


def test_a_desk_places_an_order_at_the_channels_prices_and_its_name_stays_with_it(desk: Caller) -> None:
    answer = desk.post(DESK, asked_at_desk())
    assert answer.status_code == 202
    assert Order.objects.values_list("total_minor", "placed_by", "channel").get() == (11900, "kim, desk", "web")


def test_a_desk_may_agree_on_another_price(desk: Caller) -> None:
    line = {"sku": "BOOT-42", "quantity": 2, "unit_price": EUR_10, "discount": {"amount": "5.00", "currency": "EUR"}}
    desk.post(DESK, asked_at_desk(lines=[line]))
    assert Order.objects.get().total_minor == 1500


def test_a_desk_places_a_renewal_under_its_contract(desk: Caller) -> None:
    desk.post(DESK, asked_at_desk(lines=[{"sku": "BOOT-42", "quantity": 1, "contract": "SUB-7"}]))
    assert OrderLine.objects.get().contract == "SUB-7"


def test_all_that_keeps_a_desk_from_its_order_is_said_at_once(desk: Caller) -> None:
    body = asked_at_desk(
        lines=[{"sku": "NOPE", "quantity": 1}], ship_to={**PLACE, "country": "FR"}, pickup_node="NOWHERE"
    )
    told = problem(desk.post(DESK, body))
    assert [each["pointer"] for each in told["errors"]] == ["/lines/0/sku", "/ship_to/country", "/pickup_node"]


def test_a_discount_above_the_price_is_refused(desk: Caller) -> None:
    line = {"sku": "BOOT-42", "quantity": 1, "unit_price": EUR_10, "discount": {"amount": "11.00", "currency": "EUR"}}
    other = {"sku": "COAT-1", "quantity": 1}
    told = problem(desk.post(DESK, asked_at_desk(lines=[other, line])))
    assert told["errors"][0]["pointer"] == "/lines/1/discount"


def test_a_desk_limited_to_a_channel_places_nothing_in_another() -> None:
    caller = Caller(a_key(name="web-desk", scopes=["process.write"], channels=["web"]))
    assert caller.post(DESK, asked_at_desk(channel="till")).status_code == 422


def test_a_business_orders_without_tax_on_invoice_with_days_of_its_own(portal: Caller) -> None:
    answer = portal.post(TRADE, purchase())
    assert (answer.status_code, answer.json()["net"]["amount"]) == (202, "362.00")
    order = Order.objects.get()
    assert (order.purchase_order, order.customer_reference, order.taxes_included) == ("PO-1", "ACME-1", False)
    assert Payment.objects.values_list("kind", "amount_minor").get() == ("invoice_terms", 36200)
    assert [str(day) for day in OrderLine.objects.values_list("wanted_on", flat=True)] == ["2027-03-01", "2027-04-01"]


def test_one_purchase_order_is_one_order_under_whatever_key(portal: Caller) -> None:
    numbers = {portal.post(TRADE, purchase()).json()["number"] for _ in range(2)}
    assert len(numbers) == Order.objects.count() == 1


def test_one_purchase_order_with_other_positions_is_refused(portal: Caller) -> None:
    portal.post(TRADE, purchase())
    other = portal.post(TRADE, purchase(positions=[{"item": "BOOT-42", "quantity": 9}]))
    assert (other.status_code, problem(other)["type"].rsplit("/", 1)[1]) == (409, "placed-before")


def test_the_status_of_a_purchase_order_can_be_followed_at_once(portal: Caller) -> None:
    address = portal.post(TRADE, purchase()).json()["status_url"]
    assert portal.get(address).json()["state"] == "received"


def test_a_position_nobody_sells_is_named_in_the_portals_own_words(portal: Caller) -> None:
    told = problem(portal.post(TRADE, purchase(positions=[{"item": "NOPE", "quantity": 1}])))
    assert told["errors"][0]["pointer"] == "/positions/0/sku"


def test_a_shoppers_channel_takes_no_purchase_order() -> None:
    shop = Caller(a_key(name="any", scopes=["storefront.orders"]))
    assert "contain tax" in problem(shop.post(TRADE, purchase(channel="web")))["errors"][0]["detail"]


def test_a_till_orders_for_a_customer_and_has_taken_the_money(till: Caller) -> None:
    assert till.post(TILL, sale()).status_code == 202
    assert Order.objects.values_list("sold_at", "channel", "placed_by").get() == ("STORE-001", "till", "kim, STORE-001")
    taken = Payment.objects.values_list("kind", "settled_by", "state", "amount_minor", "reference").get()
    assert taken == ("till_cash", "till", "prepaid", 11900, "R-1")


def test_a_till_may_split_what_it_takes(till: Caller) -> None:
    till.post(TILL, sale(taken=[{"kind": "till_cash", "amount": EUR_10}, {"kind": "till_card"}]))
    assert list(Payment.objects.order_by("position").values_list("amount_minor", flat=True)) == [1000, 10900]


def test_a_card_of_the_web_does_not_pay_at_a_till(till: Caller) -> None:
    told = problem(till.post(TILL, sale(taken=[{"kind": "card"}])))
    assert told["errors"] == [{"pointer": "/taken/0/kind", "detail": "This is not offered here."}]


def test_what_a_till_takes_pays_nothing_on_the_web(desk: Caller) -> None:
    assert desk.post(DESK, asked_at_desk(payments=[{"kind": "till_cash"}])).status_code == 422


def test_a_store_that_is_not_the_tills_is_not_there(till: Caller) -> None:
    assert till.post(TILL.replace("001", "002"), sale()).status_code == 404


def test_what_has_an_age_limit_is_not_ordered_to_where_nobody_can_check_it(till: Caller) -> None:
    Product.objects.update(min_age=18)
    Node.objects.filter(code="STORE-001").update(attended=False, offers_pickup=True)
    told = problem(till.post(TILL, sale(collect_at="STORE-001")))
    assert "Nobody is there to check an age" in told["errors"][0]["detail"]


def test_an_order_of_a_channel_with_a_shop_of_its_own_is_placed_there(desk: Caller) -> None:
    Channel.objects.filter(code="web").update(commerce="shop")
    assert problem(desk.post(DESK, asked_at_desk()))["errors"][0]["pointer"] == "/channel"


def wrapped(**changes: Any) -> dict[str, Any]:
    """Boots, coats, and gift wrap for the coats."""
    lines = [{"sku": sku, "quantity": 1} for sku in ("BOOT-42", "COAT-1", "WRAP")]
    return asked_at_desk(lines=[*lines[:2], {**lines[2], "belongs_to": "2", **changes}])


def test_gift_wrap_is_for_the_line_that_is_named(desk: Caller) -> None:
    a_catalog(skus=["WRAP"])
    Product.objects.filter(sku="WRAP").update(kind="gift_wrap")
    assert desk.post(DESK, wrapped()).status_code == 202
    assert OrderLine.objects.get(sku="WRAP").belongs_to == "2"


@pytest.mark.parametrize("named", ["3", "7", "x"])
def test_gift_wrap_for_no_other_line_of_the_order_is_refused_by_its_place(desk: Caller, named: str) -> None:
    told = desk.post(DESK, wrapped(belongs_to=named))
    assert (told.status_code, problem(told)["errors"][0]["pointer"]) == (400, "/lines/2/belongs_to")
