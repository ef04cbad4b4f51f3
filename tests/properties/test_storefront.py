"""Whatever is sent to the storefront, the answer is a clear one: never an error of ours."""

import json
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experience_apis.availability.fragment import LOW_AT_MOST, render
from process_apis.catalog.models import Channel
from process_apis.orders.models import Order
from process_apis.stock_policy.decisions import Goods, Place
from process_apis.stock_policy.offers import Book, offer
from process_apis.stock_policy.rules import Rules
from tests.callers import Caller
from tests.experience.shopping import ORDERS, STOREFRONT, a_basket, a_shop
from tests.factories import a_catalog

patient = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
texts = st.text(max_size=40) | st.sampled_from(["BOOT-42", "web", "DE", "card", "ada@example.com"])
places = st.sampled_from(
    [
        ("channel",), ("lines",), ("customer",), ("ship_to",), ("payment",), ("cart_reference",), ("expected_total",),
        ("lines", 0), ("lines", 0, "sku"), ("lines", 0, "quantity"), ("customer", "name"), ("customer", "email"),
        ("ship_to", "country"), ("ship_to", "line2"), ("ship_to", "postcode"), ("payment", "kind"),
        ("payment", "token"), ("expected_total", "amount"), ("expected_total", "currency"),
    ]
)  # fmt: skip


@pytest.fixture
def shop(db: None) -> Caller:
    a_catalog()
    return a_shop()


@patient
@given(anything)
def test_any_json_at_all_gets_a_clear_answer(shop: Caller, body: Any) -> None:
    answer = shop.post(ORDERS, json.dumps(body).encode("utf-8", "surrogatepass"))
    assert answer.status_code == 400


@patient
@given(st.binary(max_size=200))
def test_any_bytes_at_all_get_a_clear_answer(shop: Caller, body: bytes) -> None:
    assert shop.post(ORDERS, body).status_code == 400


@patient
@given(places, anything | texts)
def test_an_order_with_anything_in_one_place_is_taken_or_refused_by_name(
    shop: Caller, place: tuple[Any, ...], value: Any
) -> None:
    body: Any = a_basket(expected_total={"amount": "238.00", "currency": "EUR"})
    inside = body
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    answer = shop.post(ORDERS, json.dumps(body).encode("utf-8", "surrogatepass"))
    assert answer.status_code in (202, 400, 422)
    assert answer.status_code == 202 or json.loads(answer.content)["detail"]


@patient
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20), st.integers(0, 10**9))
def test_the_total_is_the_sum_of_its_parts(shop: Caller, quantities: list[int], shipping: int) -> None:
    Channel.objects.update(shipping_minor=shipping)
    placed = shop.post(ORDERS, a_basket(lines=[{"sku": "BOOT-42", "quantity": units} for units in quantities]))
    assert Order.objects.get(number=placed.json()["number"]).total_minor == 11900 * sum(quantities) + shipping


@patient
@given(st.lists(st.text(max_size=70), max_size=5), st.text(max_size=20))
def test_any_question_about_availability_gets_a_clear_answer(shop: Caller, skus: list[str], channel: str) -> None:
    query = "&".join([*(f"sku={_quoted(sku)}" for sku in skus), f"channel={_quoted(channel)}"])
    assert shop.get(f"{STOREFRONT}/availability?{query}").status_code in (200, 400, 404)


@patient
@given(st.text(min_size=1, max_size=70), st.text(max_size=30))
def test_any_question_about_an_order_gets_a_clear_answer(shop: Caller, number: str, email: str) -> None:
    answer = shop.get(f"{STOREFRONT}/orders/{_quoted(number)}?email={_quoted(email)}")
    assert answer.status_code in (400, 404)


@given(st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), st.integers(0, 10**9)))
def test_a_fragment_adds_up_and_shows_active_nodes_only(free: dict[str, int]) -> None:
    places = {code: Place(code) for code in ("A", "B", "C")}
    goods = {code: Goods(on_hand=units) for code, units in free.items()}
    book = Book(places, Rules([]), {"X": goods})
    fragment = render(offer("X", book=book, channel="web", today=date(2026, 3, 2)))
    shown = json.loads(fragment.body)
    assert shown["available"] == fragment.available == sum(node["available"] for node in shown["nodes"])
    assert fragment.available == sum(units for code, units in free.items() if code in places)
    expected = "out" if not fragment.available else "low" if fragment.available <= LOW_AT_MOST else "in_stock"
    assert fragment.status == expected


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
