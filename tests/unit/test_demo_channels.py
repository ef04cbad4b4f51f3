"""The demo's orders that come in elsewhere: each way once early in the day, the same for the same seed, all taken."""

import pytest

from process_apis.orders.models import Order
from retail_platform.demo import assortment, channels, day, shoppers, summary
from retail_platform.demo.shoppers import Basket
from tests.callers import Caller, a_key

pytestmark = pytest.mark.django_db


def a_day(*, orders: int = 30, seed: int = 42) -> list[Basket]:
    assortment.write()
    return channels.some_elsewhere(shoppers.baskets(orders=orders, seed=seed, day="d"), seed=seed)


def test_the_same_seed_is_the_same_day() -> None:
    assert a_day() == a_day()


def test_the_first_orders_of_a_day_come_in_everywhere() -> None:
    assert [basket.channel for basket in a_day()[:5]] == ["market", "trade", "till", "desk", "web"]


def test_no_order_is_added_to_those_asked_for() -> None:
    assert len({basket.key for basket in a_day(orders=30)}) == 30


def test_the_marketplace_s_first_order_is_short_in_its_warehouse() -> None:
    first = a_day()[0]
    assert first.missing == {first.body["items"][0]["sku"]: 1}


def test_what_its_maker_sends_lies_nowhere_else() -> None:
    assortment.write()
    assert {each.node for each in assortment._opening() if each.sku in assortment.AT_MAKER} == {assortment.MAKER}


@pytest.mark.parametrize("channel", ["trade", "till", "desk"])
def test_what_people_of_ours_place_is_taken(channel: str) -> None:
    caller = Caller(a_key(scopes=["storefront.orders", "stores.write", "process.write"]))
    placed = [basket for basket in a_day(orders=100) if basket.channel == channel]
    answers = [caller.post(f"/api/{day.OURS[channel].format(node=each.node)}", each.body) for each in placed]
    assert {answer.status_code for answer in answers} == {202}
    assert summary.by_channel() == {summary.DESK_NAME if channel == "desk" else channel: len(placed)}
    assert Order.objects.count() == len(placed)
