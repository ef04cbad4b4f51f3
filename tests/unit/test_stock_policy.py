"""What channels may sell: the formula and its terms, the most specific rule, dates, nodes, bundles, arrivals."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from process_apis.catalog.models import BundlePart, Channel, Node
from process_apis.stock import services as stock
from process_apis.stock.models import Lot, StockPosition, Supply
from process_apis.stock_policy import services
from process_apis.stock_policy.models import NodeAccuracy, StockPolicy
from process_apis.stock_policy.offers import Offer
from tests.factories import a_catalog, on_hand

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, ten o'clock in Berlin
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _goods() -> None:
    a_catalog(skus=["BOOT-42", "LACE", "KIT"], stores=2)
    on_hand({"BOOT-42": 10, "LACE": 9})
    on_hand({"BOOT-42": 4}, node="STORE-001")


def a_policy(kind: str, value: int, **changes: Any) -> StockPolicy:
    fields = {"effective_from": NOW - timedelta(days=1), "reason": "test", "made_by": "ada"}
    return StockPolicy.objects.create(kind=kind, value=value, **{**fields, **changes})


def to_sell(sku: str = "BOOT-42", *, channel: str = "web", now: datetime = NOW) -> Offer:
    return services.to_sell([sku], channel=channel, now=now)[sku]


def a_supply(units: int, *, due: date, kind: str = "in_transit", **changes: Any) -> None:
    fields = {"reference": f"{kind}:{due}", "kind": kind, "sku": "BOOT-42", "node": "WH-1", "source": "test"}
    Supply.objects.create(units=units, due_on=due, **{**fields, **changes})


def test_without_policies_a_channel_sees_all_that_is_free() -> None:
    stock.reserve(order_number="W-1", demands=[stock.Demand(line_id="1", sku="BOOT-42", node="WH-1", units=3)])
    assert to_sell().available == 11


def test_safety_stock_stays_in_each_node() -> None:
    a_policy("safety", 3)
    assert to_sell().available == 8


def a_lot(units: int, *, days: int, number: str = "L-1", node: str = "WH-1") -> None:
    Lot.objects.create(
        sku="BOOT-42", node=node, lot=number, units=units, expires_on=TODAY + timedelta(days=days), source="wms"
    )


def test_a_lot_that_has_ended_is_not_sold() -> None:
    a_lot(4, days=-1)
    assert to_sell().available == 10


def test_a_lot_is_sold_until_its_last_day_where_no_policy_says_otherwise() -> None:
    a_lot(4, days=0)
    assert to_sell().available == 14


def test_what_is_short_dated_is_not_sold_and_the_terms_say_so() -> None:
    a_policy("short_dated", 30)
    a_lot(4, days=29)
    a_lot(3, days=30, number="L-2")
    offer = to_sell()
    assert (offer.available, ("short-dated", -4) in offer.nodes[0].terms) == (10, True)


def test_a_single_piece_with_a_serial_number_is_a_lot_of_one() -> None:
    a_policy("short_dated", 30, sku="BOOT-42")
    a_lot(1, days=3, number="SN-0042", node="STORE-001")
    assert to_sell().units_at("STORE-001") == 3


def test_a_lot_that_ends_before_more_arrives_is_not_promised_for_that_day() -> None:
    a_policy("threshold", 15)
    a_lot(10, days=2)
    a_supply(5, due=TODAY + timedelta(days=5))
    a_supply(9, due=TODAY + timedelta(days=7))
    promise = to_sell().promise
    assert promise is not None
    assert promise.day == TODAY + timedelta(days=7)


def test_more_short_dated_than_can_be_sold_takes_no_more_than_that() -> None:
    a_lot(50, days=-1)
    assert to_sell().units_at("WH-1") == 0


def test_a_policy_for_the_sku_goes_before_one_for_the_node() -> None:
    a_policy("safety", 5, node="WH-1")
    a_policy("safety", 1, sku="BOOT-42")
    assert to_sell().available == 12


def test_a_policy_for_the_node_goes_before_one_for_its_kind() -> None:
    a_policy("safety", 4, node_kind="store")
    a_policy("safety", 1, node="STORE-001")
    assert to_sell().units_at("STORE-001") == 3


def test_a_buffer_is_kept_from_its_channel_only() -> None:
    Channel.objects.create(code="shop", name="Shop", currency="EUR")
    a_policy("buffer", 2, channel="shop")
    assert [to_sell(channel=code).available for code in ("web", "shop")] == [14, 10]


def test_a_share_is_rounded_down() -> None:
    a_policy("share", 33, channel="web")
    assert to_sell().available == 4


def test_fewer_than_the_threshold_are_shown_as_none() -> None:
    a_policy("threshold", 15, channel="web")
    assert to_sell().available == 0


def test_a_policy_is_in_force_from_its_first_moment() -> None:
    a_policy("safety", 3, effective_from=NOW)
    assert to_sell().available == 8


def test_a_policy_is_not_in_force_at_its_last_moment() -> None:
    a_policy("safety", 3, effective_until=NOW)
    assert to_sell().available == 14


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ours": False}, "its goods are not ours"),
        ({"online": False}, "it is offline"),
        ({"ships": False}, "it neither sends nor hands over"),
        ({"opening_hours": {"sat": [["09:00", "13:00"]]}}, "it stays closed for more than 3 days"),
    ],
)
def test_a_node_that_cannot_sell_says_why(changes: dict[str, Any], why: str) -> None:
    Node.objects.filter(code="WH-1").update(**changes)
    assert {n.node: n.excluded_because for n in to_sell().nodes} == {"WH-1": why, "STORE-001": ""}


def test_what_an_excluded_node_has_is_not_counted() -> None:
    Node.objects.filter(code="WH-1").update(online=False)
    assert to_sell().available == 4


def test_a_node_whose_book_is_not_trusted_sells_nothing() -> None:
    NodeAccuracy.objects.create(node="STORE-001", score=40, scored_at=NOW)
    a_policy("accuracy_floor", 60, node_kind="store")
    assert to_sell().available == 10


def test_the_buffer_grows_where_nothing_was_heard() -> None:
    Node.objects.filter(code="STORE-001").update(heard_at=NOW - timedelta(days=3))
    a_policy("stale_buffer", 3, node_kind="store")
    assert to_sell().units_at("STORE-001") == 1


def test_a_bundle_is_as_many_as_its_scarcest_part_makes() -> None:
    BundlePart.objects.create(bundle="KIT", part="BOOT-42", units=2)
    BundlePart.objects.create(bundle="KIT", part="LACE", units=4)
    assert to_sell("KIT").available == 2


def test_a_node_has_a_bundle_where_it_has_all_parts() -> None:
    BundlePart.objects.create(bundle="KIT", part="BOOT-42", units=1)
    BundlePart.objects.create(bundle="KIT", part="LACE", units=1)
    offer = to_sell("KIT")
    assert (offer.units_at("WH-1"), offer.units_at("STORE-001")) == (9, 0)


def test_what_is_in_stock_leaves_today_before_the_cut_off() -> None:
    promise = to_sell().promise
    assert promise is not None
    assert (promise.day, promise.basis) == (TODAY, "in stock")


def test_what_is_in_stock_leaves_tomorrow_after_the_cut_off() -> None:
    promise = to_sell(now=NOW + timedelta(hours=6)).promise
    assert promise is not None
    assert promise.day == TODAY + timedelta(days=1)


def test_what_is_sold_out_is_promised_for_the_day_more_arrives() -> None:
    a_policy("safety", 10)
    a_supply(5, due=TODAY + timedelta(days=4))
    promise = to_sell().promise
    assert promise is not None
    assert (promise.day, promise.basis) == (TODAY + timedelta(days=4), "in transit")


def test_arrivals_count_at_their_confidence_rounded_down() -> None:
    a_policy("safety", 10)
    a_supply(1, due=TODAY + timedelta(days=4), confidence_percent=99)
    a_supply(9, due=TODAY + timedelta(days=6), kind="on_order", confidence_percent=50)
    promise = to_sell().promise
    assert promise is not None
    assert (promise.day, promise.basis) == (TODAY + timedelta(days=6), "on order")


def test_arrivals_are_not_available_yet() -> None:
    a_supply(50, due=TODAY)
    assert to_sell().available == 14


def test_beyond_the_stock_as_much_as_the_book_allows_may_be_ordered() -> None:
    StockPosition.objects.filter(node="WH-1", sku="BOOT-42").update(on_hand=0, backorder_limit=7)
    a_policy("safety", 4, node="STORE-001")
    a_policy("backorder_days", 10)
    offer = to_sell()
    assert (offer.available, offer.on_backorder, offer.promise and offer.promise.day) == (0, 7, TODAY + timedelta(10))


def test_a_policy_limits_what_may_be_ordered_beyond_the_stock() -> None:
    StockPosition.objects.filter(node="WH-1", sku="BOOT-42").update(backorder_limit=7)
    a_policy("backorder", 2, channel="web")
    assert to_sell().on_backorder == 2


def test_every_figure_shows_the_terms_it_is_made_of() -> None:
    a_policy("safety", 3)
    a_policy("share", 50)
    node = to_sell().nodes[0]
    assert sum(units for _, units in node.terms) == node.units


def test_two_hundred_skus_take_the_same_few_questions(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        services.to_sell([f"SKU-{n}" for n in range(199)] + ["BOOT-42"], channel="web", now=NOW)
