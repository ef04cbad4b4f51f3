"""An order to be collected: how a storefront places it, and what its buyer sees of it."""

from typing import Any

import pytest

from experience_apis.order_status import projection
from experience_apis.order_status.models import OrderStatus
from experience_apis.storefront import examples
from process_apis.catalog.models import Channel, Node
from process_apis.orders.models import Order, OrderState
from process_apis.pickups import codes, services
from retail_platform.kernel import clock
from tests.callers import Caller, problem
from tests.experience.shopping import ORDERS, a_basket, a_shop
from tests.factories import a_catalog
from tests.pickups import a_pickup

pytestmark = pytest.mark.django_db

AT_STORE = {"method": "pickup", "node": "STORE-001"}


@pytest.fixture
def shop() -> Caller:
    a_catalog()
    Channel.objects.update(shipping_minor=495)
    Node.objects.filter(code="STORE-001").update(offers_pickup=True)
    return a_shop()


def an_order_at_the_counter(shop: Caller, **changes: Any) -> Any:
    """A released order whose pickup is as `changes` say."""
    number = shop.post(ORDERS, a_basket(fulfilment=AT_STORE)).json()["number"]
    Order.objects.update(state=OrderState.RELEASED)
    return a_pickup(order_number=number, units=2, **changes)


def status_of(shop: Caller, number: str) -> Any:
    projection.refresh(number, now=clock.now())
    return shop.get(f"{ORDERS}/{number}").json()


def test_an_order_says_which_store_hands_it_over(shop: Caller) -> None:
    shop.post(ORDERS, a_basket(fulfilment=AT_STORE))
    assert Order.objects.get().pickup_node == "STORE-001"


def test_collecting_costs_no_shipping(shop: Caller) -> None:
    assert shop.post(ORDERS, a_basket(fulfilment=AT_STORE)).json()["total"]["amount"] == "238.00"


@pytest.mark.parametrize("fulfilment", [None, {"method": "ship"}])
def test_an_order_is_sent_unless_it_says_otherwise(shop: Caller, fulfilment: Any) -> None:
    shop.post(ORDERS, a_basket(**({"fulfilment": fulfilment} if fulfilment else {})))
    assert Order.objects.get().pickup_node == ""


@pytest.mark.parametrize(
    "fulfilment", [{"method": "pickup", "node": "WH-1"}, {"method": "pickup", "node": "NOWHERE"}, {"method": "pickup"}]
)
def test_a_pickup_needs_a_store_that_offers_it(shop: Caller, fulfilment: Any) -> None:
    refused = problem(shop.post(ORDERS, a_basket(fulfilment=fulfilment)))
    assert refused["errors"][0]["pointer"] == "/fulfilment/node"


def test_the_documented_pickup_works(shop: Caller) -> None:
    a_catalog(skus=["SKU-00001"])
    assert shop.post(ORDERS, examples.PICKUP_ORDER).status_code == 202


def test_the_buyer_sees_until_when_it_is_kept_and_the_code(shop: Caller) -> None:
    pickup = an_order_at_the_counter(shop)
    services.ready(pickup, by="kim", now=clock.now())
    seen = status_of(shop, pickup.order_number)
    assert seen["state"] == "ready_to_collect"
    assert seen["headline"].startswith("Your order is ready to collect at Store 1 until 20")
    assert seen["pickup"]["code"] == codes.code_of(pickup.id)


def test_the_code_stands_in_no_row_of_the_status(shop: Caller) -> None:
    pickup = an_order_at_the_counter(shop, state="ready", expires_at=clock.now())
    projection.refresh(pickup.order_number, now=clock.now())
    row = OrderStatus.objects.values().get()
    assert codes.code_of(pickup.id) not in str(row).replace(str(pickup.id), "")


def test_while_it_is_picked_the_buyer_sees_by_when(shop: Caller) -> None:
    pickup = an_order_at_the_counter(shop)
    assert "ready by" in status_of(shop, pickup.order_number)["what_next"]


def test_what_was_collected_is_told_as_collected_and_has_no_code(shop: Caller) -> None:
    pickup = an_order_at_the_counter(shop, state="handed_over")
    seen = status_of(shop, pickup.order_number)
    assert (seen["headline"], seen["pickup"]["code"]) == ("You have collected your order.", "")


def test_an_order_that_is_sent_has_no_pickup(shop: Caller) -> None:
    number = shop.post(ORDERS, a_basket()).json()["number"]
    assert status_of(shop, number)["pickup"] is None
