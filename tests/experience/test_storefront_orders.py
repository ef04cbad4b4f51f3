"""Placing an order: once, whole, at our prices, visible at once; and everything that is not one refused by name."""

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from experience_apis.order_status import beginning
from experience_apis.storefront import examples
from process_apis.catalog.models import Channel, Product
from process_apis.orders.models import Order, OrderLine, Payment
from retail_platform.demo import assortment
from retail_platform.kernel.idempotency.models import IdempotentCall
from retail_platform.kernel.outbox.models import Fact
from tests.callers import Caller, a_key, problem
from tests.experience.shopping import ORDERS, a_basket, a_shop
from tests.factories import a_catalog

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Caller:
    a_catalog(skus=["BOOT-42", "BOOT-43"])
    Channel.objects.update(shipping_minor=495)
    return a_shop()


def pointers(response: Any) -> list[str]:
    return [error["pointer"] for error in problem(response)["errors"]]


def test_an_order_is_taken_with_the_address_to_follow_it_at(shop: Caller) -> None:
    placed = shop.post(ORDERS, a_basket())
    assert (placed.status_code, placed["Location"]) == (202, placed.json()["status_url"])


@pytest.mark.parametrize("body", [examples.ORDER, examples.CART_ORDER])
def test_the_documented_examples_work_against_the_demonstrations_catalog(body: dict[str, Any]) -> None:
    assortment.write()
    assert a_shop().post(ORDERS, body).status_code == 202


def test_an_order_can_be_followed_at_once(shop: Caller) -> None:
    placed = shop.post(ORDERS, a_basket())
    assert shop.get(placed["Location"]).json()["state"] == "received"


def test_prices_and_shipping_are_ours(shop: Caller) -> None:
    assert shop.post(ORDERS, a_basket()).json()["total"] == {"amount": "242.95", "currency": "EUR"}


def test_the_order_stands_in_the_book_with_the_promise_to_pay(shop: Caller) -> None:
    number = shop.post(ORDERS, a_basket()).json()["number"]
    payment = Payment.objects.get(order__number=number)
    assert (payment.kind, payment.amount_minor, payment.state, payment.reference) == (
        "card", 24295, "promised", "tok_visa",
    )  # fmt: skip


def test_the_journey_is_told_of_the_order(shop: Caller) -> None:
    number = shop.post(ORDERS, a_basket()).json()["number"]
    assert Fact.objects.get(name="order.placed").data["order_number"] == number


def test_the_point_an_order_goes_to_is_kept_with_the_address(shop: Caller) -> None:
    point = {"latitude": 52.52, "longitude": 13.405}
    number = shop.post(ORDERS, a_basket(ship_to={**a_basket()["ship_to"], **point})).json()["number"]
    assert Order.objects.get(number=number).ship_to.items() >= point.items()


def test_a_point_that_is_nowhere_on_earth_is_refused(shop: Caller) -> None:
    told = shop.post(ORDERS, a_basket(ship_to={**a_basket()["ship_to"], "latitude": 91, "longitude": 0}))
    assert pointers(told) == ["/ship_to/latitude"]


def test_one_sku_on_two_lines_stays_two_lines(shop: Caller) -> None:
    shop.post(ORDERS, a_basket(lines=[{"sku": "BOOT-42", "quantity": 1}, {"sku": "BOOT-42", "quantity": 2}]))
    assert list(OrderLine.objects.values_list("line_id", "quantity")) == [("1", 1), ("2", 2)]


def test_the_same_call_again_gets_the_same_answer(shop: Caller) -> None:
    first, again = (shop.post(ORDERS, a_basket(), key="k1") for _ in range(2))
    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (202, first.content, "true")


def test_the_same_key_for_another_order_is_refused(shop: Caller) -> None:
    shop.post(ORDERS, a_basket(), key="k1")
    other = shop.post(ORDERS, a_basket(lines=[{"sku": "BOOT-43", "quantity": 1}]), key="k1")
    assert (problem(other)["status"], Order.objects.count()) == (422, 1)


def test_an_order_without_a_key_is_refused(shop: Caller) -> None:
    told = problem(shop.post(ORDERS, a_basket(), key=None))
    assert (told["status"], told["errors"][0]["header"], Order.objects.count()) == (400, "Idempotency-Key", 0)


def test_a_key_whose_answer_was_forgotten_still_finds_its_order(shop: Caller) -> None:
    number = shop.post(ORDERS, a_basket(), key="k1").json()["number"]
    IdempotentCall.objects.all().delete()
    Product.objects.update(price_minor=1, active=False)
    assert shop.post(ORDERS, a_basket(), key="k1").json()["number"] == number


def test_a_forgotten_key_is_still_refused_for_another_order(shop: Caller) -> None:
    shop.post(ORDERS, a_basket(), key="k1")
    IdempotentCall.objects.all().delete()
    other = shop.post(ORDERS, a_basket(lines=[{"sku": "BOOT-43", "quantity": 1}]), key="k1")
    assert (problem(other)["status"], Order.objects.count()) == (409, 1)


def test_two_shops_may_choose_the_same_key(shop: Caller) -> None:
    shop.post(ORDERS, a_basket(), key="k1")
    assert a_shop(name="other-shop").post(ORDERS, a_basket(), key="k1").status_code == 202
    assert Order.objects.count() == 2


def test_one_cart_becomes_one_order_under_whatever_key(shop: Caller) -> None:
    numbers = {shop.post(ORDERS, a_basket(cart_reference="cart-1")).json()["number"] for _ in range(3)}
    assert len(numbers) == Order.objects.count() == 1


def test_a_cart_with_other_content_is_refused_with_the_order_it_became(shop: Caller) -> None:
    number = shop.post(ORDERS, a_basket(cart_reference="cart-1")).json()["number"]
    other = a_basket(cart_reference="cart-1", lines=[{"sku": "BOOT-43", "quantity": 1}])
    told = problem(shop.post(ORDERS, other))
    assert (told["status"], number in told["detail"]) == (409, True)


def test_carts_of_two_shops_are_two_carts(shop: Caller) -> None:
    shop.post(ORDERS, a_basket(cart_reference="cart-1"))
    a_shop(name="other-shop").post(ORDERS, a_basket(cart_reference="cart-1"))
    assert Order.objects.count() == 2


def test_everything_we_cannot_take_is_named_at_once(shop: Caller) -> None:
    body = a_basket(lines=[{"sku": "NONE", "quantity": 1}, {"sku": "BOOT-42", "quantity": 1}], channel="nowhere")
    body["ship_to"] = {**body["ship_to"], "country": "AQ"}
    told = shop.post(ORDERS, body)
    assert (told.status_code, pointers(told)) == (422, ["/channel", "/lines/0/sku", "/ship_to/country"])


def test_a_product_taken_off_sale_is_not_sold(shop: Caller) -> None:
    Product.objects.update(active=False)
    assert pointers(shop.post(ORDERS, a_basket())) == ["/lines/0/sku"]


def test_a_product_priced_in_another_currency_is_not_sold(shop: Caller) -> None:
    Product.objects.update(currency="CHF")
    assert pointers(shop.post(ORDERS, a_basket())) == ["/lines/0/sku"]


def test_a_channel_of_others_is_refused_like_one_that_is_not_there(shop: Caller) -> None:
    other = a_shop(name="app-shop", channels=["app"])
    foreign, missing = (problem(other.post(ORDERS, a_basket(channel=code))) for code in ("web", "nowhere"))
    assert {**foreign, "correlation_id": ""} == {**missing, "correlation_id": ""}


def test_a_closed_channel_takes_no_orders(shop: Caller) -> None:
    Channel.objects.update(active=False)
    assert pointers(shop.post(ORDERS, a_basket())) == ["/channel"]


def test_a_channel_with_prices_without_tax_takes_the_order_and_adds_the_tax_later(shop: Caller) -> None:
    Channel.objects.update(taxes_included=False)
    assert shop.post(ORDERS, a_basket()).status_code == 202
    assert not Order.objects.get().taxes_included


def test_the_expected_total_is_taken_when_right(shop: Caller) -> None:
    expected = {"amount": "242.95", "currency": "EUR"}
    assert shop.post(ORDERS, a_basket(expected_total=expected)).status_code == 202


@pytest.mark.parametrize(("amount", "currency"), [("242.94", "EUR"), ("242.95", "CHF"), ("243", "JPY")])
def test_another_expected_total_is_refused_naming_both(shop: Caller, amount: str, currency: str) -> None:
    told = shop.post(ORDERS, a_basket(expected_total={"amount": amount, "currency": currency}))
    assert (told.status_code, pointers(told)) == (422, ["/expected_total"])
    detail = problem(told)["errors"][0]["detail"]
    assert f"{amount} {currency}" in detail
    assert "242.95 EUR" in detail


def test_a_total_beyond_all_measure_is_refused_not_an_error_of_ours(shop: Caller) -> None:
    Product.objects.update(price_minor=9 * 10**18)
    assert problem(shop.post(ORDERS, a_basket()))["status"] == 422


def test_an_address_only_the_book_refuses_is_pointed_at(shop: Caller) -> None:
    body = a_basket(customer={"name": "Ada", "email": '"a\\ b"@example.com'})
    assert pointers(shop.post(ORDERS, body)) == ["/customer/email"]


def test_what_fails_on_the_way_leaves_nothing(shop: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(beginning, "begin", fail)
    assert problem(shop.post(ORDERS, a_basket()))["status"] == 500
    assert (Order.objects.count(), Fact.objects.count(), IdempotentCall.objects.count()) == (0, 0, 0)


def test_a_hundred_lines_cost_the_same_few_queries_as_one(shop: Caller, django_assert_max_num_queries: Any) -> None:
    body = a_basket(lines=[{"sku": "BOOT-42", "quantity": 1}] * 100)
    with django_assert_max_num_queries(12):
        assert shop.post(ORDERS, body).status_code == 202


def test_ordering_needs_its_scope(shop: Caller) -> None:
    assert problem(Caller(a_key(scopes=["storefront.read"])).post(ORDERS, a_basket()))["status"] == 403


def test_nobody_orders_without_a_key() -> None:
    assert problem(Caller().post(ORDERS, a_basket()))["status"] == 401


def test_only_json_is_taken(shop: Caller) -> None:
    assert problem(shop.post(ORDERS, b"<order/>", Content_Type="text/xml"))["status"] == 415


def changed(path: str, value: Any) -> dict[str, Any]:
    """A basket with the value at "lines/0/sku" changed; at "-lines/0/sku" taken out."""
    body = a_basket()
    *way, last = [int(step) if step.isdigit() else step for step in path.lstrip("-").split("/")]
    place: Any = body
    for step in way:
        place = place[step]
    if path.startswith("-"):
        del place[last]
    else:
        place[last] = value
    return body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("lines", []),
        ("lines", {}),
        ("lines", None),
        ("lines", [{"sku": "BOOT-42", "quantity": 1}] * 101),
        ("lines/0", "BOOT-42"),
        ("lines/0/quantity", 0),
        ("lines/0/quantity", -1),
        ("lines/0/quantity", 1001),
        ("lines/0/quantity", 1.5),
        ("lines/0/quantity", True),
        ("lines/0/quantity", "1"),
        ("lines/0/quantity", "１"),
        ("lines/0/quantity", 10**30),
        ("lines/0/sku", ""),
        ("lines/0/sku", "x" * 65),
        ("lines/0/sku", 42),
        ("lines/0/sku", "a\x00b"),
        ("lines/0/price", "1.00"),
        ("customer/email", "nobody"),
        ("customer/email", f"{'x' * 250}@example.com"),
        ("customer/name", "x" * 201),
        ("customer/name", "  "),
        ("customer", []),
        ("ship_to/country", "de"),
        ("ship_to/country", "DEU"),
        ("ship_to/country", ""),
        ("ship_to/postcode", "1" * 21),
        ("ship_to/city", "\u202eBerlin"),
        ("payment/kind", "cash"),
        ("payment/token", ""),
        ("payment/token", "x" * 256),
        ("expected_total", "242.95"),
        ("expected_total", {"amount": 242.95, "currency": "EUR"}),
        ("expected_total", {"amount": "242.955", "currency": "EUR"}),
        ("expected_total", {"amount": "1e3", "currency": "EUR"}),
        ("cart_reference", ""),
        ("cart_reference", "x" * 121),
        ("coupon", "SUMMER"),
        ("-channel", None),
        ("-lines", None),
        ("-payment/token", None),
        ("-ship_to/country", None),
    ],
)
def test_a_malformed_order_is_refused_at_the_place_to_correct(shop: Caller, path: str, value: Any) -> None:
    told = shop.post(ORDERS, changed(path, value))
    assert (told.status_code, Order.objects.count()) == (400, 0)
    assert any(pointer.startswith(f"/{path.lstrip('-')}") for pointer in pointers(told))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"order"', b'{"channel":"a","channel":"b"}', b"\xff", b"[" * 5000]
)
def test_what_is_no_order_at_all_is_refused(shop: Caller, body: bytes) -> None:
    assert problem(shop.post(ORDERS, body))["status"] == 400


@pytest.mark.django_db(transaction=True)
def test_fifty_twins_at_once_make_one_order(shop: Caller) -> None:
    answers = _at_once(shop, [("k1", a_basket())] * 50)
    told = Counter((answer.status_code, answer.get("Idempotency-Replayed", "")) for answer in answers)
    assert told[(202, "")] == Order.objects.count() == 1
    assert set(told) <= {(202, ""), (202, "true"), (409, "")}


@pytest.mark.django_db(transaction=True)
def test_one_cart_under_twenty_keys_at_once_makes_one_order(shop: Caller) -> None:
    answers = _at_once(shop, [(f"k{n}", a_basket(cart_reference="cart-1")) for n in range(20)])
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["number"] for answer in answers}) == Order.objects.count() == 1


def _at_once(shop: Caller, calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    answers: list[Any] = []

    def ask(key: str, body: dict[str, Any]) -> None:
        try:
            answers.append(shop.post(ORDERS, body, key=key))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
