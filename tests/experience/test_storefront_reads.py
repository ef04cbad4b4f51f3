"""Availability, prices and order status as a shop asks for them: its own channels only, at the price of one row."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from experience_apis.order_status import projection
from process_apis.catalog.models import Channel, Product
from process_apis.orders import services
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from tests.callers import Caller, a_key, problem
from tests.experience.carrying import carry_facts
from tests.experience.shopping import STOREFRONT, a_shop
from tests.factories import NOON, a_catalog, an_order, on_hand

pytestmark = pytest.mark.django_db
AVAILABILITY = f"{STOREFRONT}/availability"
PRICES = f"{STOREFRONT}/prices"
ORDER = f"{STOREFRONT}/orders/W-1001"


@pytest.fixture
def shop() -> Caller:
    a_catalog(skus=["BOOT-42", "BOOT-43"])
    on_hand({"BOOT-42": 10})
    carry_facts()
    return a_shop()


@pytest.fixture
def ordered(shop: Caller) -> Caller:
    services.place(an_order())
    projection.refresh("W-1001", now=NOON)
    return shop


def test_availability_answers_in_the_order_asked(shop: Caller) -> None:
    items = shop.get(f"{AVAILABILITY}?sku=NONE&sku=BOOT-42&channel=web").json()["items"]
    assert [(item["sku"], item["available"]) for item in items] == [("NONE", 0), ("BOOT-42", 10)]


def test_a_sku_nobody_knows_is_said_to_be_unknown(shop: Caller) -> None:
    assert shop.get(f"{AVAILABILITY}?sku=NONE&channel=web").json()["items"][0]["status"] == "unknown"


def test_a_sku_asked_for_twice_is_answered_once(shop: Caller) -> None:
    assert len(shop.get(f"{AVAILABILITY}?sku=BOOT-42&sku=BOOT-42&channel=web").json()["items"]) == 1


def test_two_hundred_skus_are_answered(shop: Caller) -> None:
    skus = "&".join(f"sku=S-{n}" for n in range(200))
    assert len(shop.get(f"{AVAILABILITY}?{skus}&channel=web").json()["items"]) == 200


@pytest.mark.parametrize("path", [AVAILABILITY, PRICES])
@pytest.mark.parametrize(
    "query",
    [
        "channel=web",
        "sku=&channel=web",
        "sku=BOOT-42",
        "sku=BOOT-42&channel=web&channel=app",
        "sku=BOOT-42&channel=web&colour=red",
        "sku=%00&channel=web",
        "sku=BOOT-42&channel=%00",
        f"sku={'x' * 65}&channel=web",
        "&".join(f"sku=S-{n}" for n in range(201)) + "&channel=web",
    ],
)
def test_a_malformed_question_is_refused_with_the_parameter_to_correct(shop: Caller, path: str, query: str) -> None:
    told = problem(shop.get(f"{path}?{query}"))
    assert (told["status"], {"parameter"} <= told["errors"][0].keys()) == (400, True)


def test_availability_costs_the_same_few_queries_however_many_skus(
    shop: Caller, django_assert_max_num_queries: Any
) -> None:
    skus = "&".join(f"sku=S-{n}" for n in range(200))
    with django_assert_max_num_queries(5):
        shop.get(f"{AVAILABILITY}?{skus}&channel=web")


def test_availability_says_how_far_it_is_behind(shop: Caller) -> None:
    on_hand({"BOOT-43": 1})
    Fact.objects.filter(state="pending").update(created_at=clock.now() - timedelta(seconds=30))
    answer = shop.get(f"{AVAILABILITY}?sku=BOOT-43&channel=web").json()
    assert 30_000 <= answer["age_ms"] < 60_000


@pytest.mark.parametrize("path", [AVAILABILITY, PRICES])
def test_who_has_the_answer_already_is_told_so(shop: Caller, path: str) -> None:
    etag = shop.get(f"{path}?sku=BOOT-42&channel=web")["ETag"]
    assert shop.get(f"{path}?sku=BOOT-42&channel=web", If_None_Match=etag).status_code == 304


def test_a_change_of_stock_makes_a_new_answer(shop: Caller) -> None:
    etag = shop.get(f"{AVAILABILITY}?sku=BOOT-43&channel=web")["ETag"]
    on_hand({"BOOT-43": 1})
    carry_facts()
    assert shop.get(f"{AVAILABILITY}?sku=BOOT-43&channel=web", If_None_Match=etag).status_code == 200


@pytest.mark.parametrize("path", [AVAILABILITY, PRICES])
def test_a_channel_of_others_answers_like_one_that_is_not_there(shop: Caller, path: str) -> None:
    Channel.objects.create(code="app", name="App", currency="EUR")
    mine = a_shop(name="app-shop", channels=["app"])
    foreign, missing = problem(mine.get(f"{path}?sku=X&channel=web")), problem(mine.get(f"{path}?sku=X&channel=nope"))
    assert foreign["status"] == 404
    assert {**foreign, "correlation_id": ""} == {**missing, "correlation_id": ""}


@pytest.mark.parametrize("path", [AVAILABILITY, PRICES])
def test_a_closed_channel_answers_404(shop: Caller, path: str) -> None:
    Channel.objects.update(active=False)
    assert problem(shop.get(f"{path}?sku=BOOT-42&channel=web"))["status"] == 404


@pytest.mark.parametrize("path", [f"{AVAILABILITY}?sku=BOOT-42&channel=web", f"{PRICES}?sku=X&channel=web", ORDER])
def test_nobody_reads_without_a_key(path: str) -> None:
    assert problem(Caller().get(path))["status"] == 401


@pytest.mark.parametrize("path", [f"{AVAILABILITY}?sku=BOOT-42&channel=web", f"{PRICES}?sku=X&channel=web", ORDER])
def test_reading_needs_its_scope(path: str) -> None:
    assert problem(Caller(a_key(scopes=["storefront.orders"])).get(path))["status"] == 403


def test_a_price_is_money_of_the_channel(shop: Caller) -> None:
    item = shop.get(f"{PRICES}?sku=BOOT-42&channel=web").json()["items"][0]
    assert (item["status"], item["price"]) == ("on_sale", {"amount": "119.00", "currency": "EUR"})


def test_what_is_priced_in_another_currency_has_no_price_here(shop: Caller) -> None:
    Product.objects.filter(sku="BOOT-43").update(currency="CHF")
    item = shop.get(f"{PRICES}?sku=BOOT-43&channel=web").json()["items"][0]
    assert (item["status"], item["price"]) == ("unknown", None)


def test_an_order_is_shown_with_its_money(ordered: Caller) -> None:
    assert ordered.get(ORDER).json()["money"]["total"] == {"amount": "119.00", "currency": "EUR"}


def test_a_shoppers_question_reads_the_status_row_and_no_book(ordered: Caller) -> None:
    ordered.get(ORDER)
    with CaptureQueriesContext(connection) as asked:
        ordered.get(ORDER)
    assert [query["sql"].split('"')[1] for query in asked] == ["order_status_orderstatus"]


def test_an_order_of_another_channel_answers_like_one_that_is_not_there(ordered: Caller) -> None:
    other = a_shop(name="app-shop", channels=["app"])
    foreign, missing = other.get(ORDER), other.get(f"{STOREFRONT}/orders/W-0000")
    assert foreign.status_code == 404
    assert _without_address(foreign) == _without_address(missing)


def test_a_guest_sees_the_order_with_the_buyers_address_however_written(ordered: Caller) -> None:
    assert ordered.get(f"{ORDER}?email=ADA@example.com").status_code == 200


def test_a_guest_with_another_address_sees_nothing(ordered: Caller) -> None:
    assert _without_address(ordered.get(f"{ORDER}?email=eve@example.com")) == _without_address(
        ordered.get(f"{STOREFRONT}/orders/W-0000")
    )


@pytest.mark.parametrize(
    "query", ["email=", "email=nobody", "mail=ada@example.com", "email=a@example.com&email=b@b.de"]
)
def test_a_malformed_guest_check_is_refused(ordered: Caller, query: str) -> None:
    assert problem(ordered.get(f"{ORDER}?{query}"))["errors"][0]["parameter"] in ("email", "mail")


def test_an_order_that_has_not_changed_is_not_sent_again(ordered: Caller) -> None:
    assert ordered.get(ORDER, If_None_Match=ordered.get(ORDER)["ETag"]).status_code == 304


@pytest.mark.parametrize("number", ["%00", "%ED%A0%80", "x" * 3000, "..", "%2e%2e%2f", "'--", "W-1001%20"])
def test_odd_numbers_are_just_not_there(ordered: Caller, number: str) -> None:
    assert ordered.get(f"{STOREFRONT}/orders/{number}").status_code in (400, 404)


def test_an_order_cannot_be_changed_at_its_address(ordered: Caller) -> None:
    assert problem(ordered.post(ORDER, {}))["status"] == 405


def _without_address(response: Any) -> dict[str, Any]:
    return {**json.loads(response.content), "instance": "", "correlation_id": ""}
