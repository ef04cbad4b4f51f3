"""Cancelling and changing orders over HTTP: who may, what is refused, and with which words."""

import pytest

from process_apis.orders import services
from process_apis.orders.models import Order, OrderLine
from tests.callers import Caller, a_key, problem
from tests.factories import a_catalog, a_line, an_order

pytestmark = pytest.mark.django_db
SHOP, DESK = "/api/experience/storefront/v1", "/api/process/order_to_cash/v1"
MINE = f"{SHOP}/orders/W-1001/cancellations"


@pytest.fixture
def shopper() -> Caller:
    a_catalog()
    services.place(an_order(lines=(a_line(quantity=2),)))
    return Caller(a_key(scopes=["storefront.read", "storefront.orders"]))


@pytest.fixture
def desk(shopper: Caller) -> Caller:
    return Caller(a_key(name="desk", scopes=["process.read", "process.write"]))


def test_a_cancellation_is_taken_and_can_be_followed(shopper: Caller) -> None:
    asked = shopper.post(MINE, {"lines": [{"line_id": "1", "units": 1}], "reason": "one is enough"})
    followed = shopper.get(asked["Location"]).json()
    assert (asked.status_code, followed["state"], followed["lines"]) == (
        202, "requested", [{"line_id": "1", "units": 1, "cancelled": 0}],
    )  # fmt: skip


def test_more_than_is_open_is_refused_with_the_count(shopper: Caller) -> None:
    OrderLine.objects.update(shipped=1)
    refused = shopper.post(MINE, {"lines": [{"line_id": "1", "units": 2}]})
    assert refused.status_code == 409
    assert "2 ordered, 1 have left" in problem(refused)["errors"][0]["detail"]


def test_a_line_the_order_does_not_have_is_named(shopper: Caller) -> None:
    refused = shopper.post(MINE, {"lines": [{"line_id": "9", "units": 1}]})
    assert (refused.status_code, problem(refused)["errors"][0]["pointer"]) == (422, "/lines")


def test_an_order_of_another_channel_is_not_there(shopper: Caller) -> None:
    other = Caller(a_key(scopes=["storefront.orders"], channels=["elsewhere"]))
    assert other.post(MINE, {}).status_code == 404


def test_the_same_key_twice_is_one_request(shopper: Caller) -> None:
    first = shopper.post(MINE, {}, key="k-1")
    again = shopper.post(MINE, {}, key="k-1")
    assert first.json() == again.json()


def test_the_desk_corrects_an_address(desk: Caller) -> None:
    there = {"name": "Ada", "line1": "Hafenstr. 2", "city": "Bonn", "postcode": "53111", "country": "DE"}
    changed = desk.post(f"{DESK}/orders/W-1001/edits", {"ship_to": there})
    assert (changed.status_code, Order.objects.get().ship_to["city"]) == (200, "Bonn")


def test_another_country_is_another_order(desk: Caller) -> None:
    there = {"name": "Ada", "line1": "Ring 2", "city": "Wien", "postcode": "1010", "country": "AT"}
    refused = desk.post(f"{DESK}/orders/W-1001/edits", {"ship_to": there})
    assert (refused.status_code, problem(refused)["errors"][0]["pointer"]) == (422, "/ship_to/country")


def test_an_order_that_was_sent_is_not_edited(desk: Caller) -> None:
    Order.objects.update(state="released")
    there = {"name": "Ada", "line1": "Hafenstr. 2", "city": "Bonn", "postcode": "53111", "country": "DE"}
    assert desk.post(f"{DESK}/orders/W-1001/edits", {"ship_to": there}).status_code == 409


def test_the_desk_lets_a_held_order_go_on(desk: Caller) -> None:
    Order.objects.update(on_hold="fraud")
    released = desk.post(f"{DESK}/orders/W-1001/hold-releases", {"reason": "a known customer"})
    assert (released.status_code, Order.objects.get().on_hold) == (200, "")


def test_an_order_that_is_not_held_is_not_let_go(desk: Caller) -> None:
    assert desk.post(f"{DESK}/orders/W-1001/hold-releases", {"reason": "?"}).status_code == 409


def test_the_desk_sees_what_was_asked(desk: Caller, shopper: Caller) -> None:
    shopper.post(MINE, {"reason": "one is enough"})
    items = desk.get(f"{DESK}/orders/W-1001/cancellations").json()["items"]
    assert [(each["asked_by"], each["reason"]) for each in items] == [("customer", "one is enough")]
