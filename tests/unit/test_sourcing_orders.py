"""Sourcing on the books: who may send, how much a store can handle, and what is kept of a decision."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from process_apis.catalog.models import BundlePart, Node
from process_apis.engine.process import Rejected, StepContext
from process_apis.order_to_cash.steps.reserve_stock import release_stock, reserve_stock
from process_apis.orders import services as orders
from process_apis.orders.models import Order, OrderState
from process_apis.sourcing import services as sourcing
from process_apis.sourcing.models import SourcedFrom, SourcingDecision, SourcingRule
from process_apis.stock.models import Reservation
from retail_platform.kernel import clock
from system_apis.terms import CallKey
from tests.factories import a_catalog, a_line, an_order, on_hand

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_warehouse_and_two_stores() -> None:
    """Everybody has five boots; the warehouse is asked first."""
    a_catalog(skus=("BOOT-42", "COAT-1", "SET"), stores=2)
    for node in ("WH-1", "STORE-001", "STORE-002"):
        on_hand({"BOOT-42": 5}, node=node)


def a_node(code: str, **changes: Any) -> None:
    Node.objects.filter(code=code).update(**changes)


def step(number: str) -> StepContext:
    return StepContext(
        run_id=uuid4(), process="test", subject=number, facts={}, key=CallKey("k"), now=clock.now(), correlation_id="",
        keep=lambda **_: None,
    )  # fmt: skip


def an_accepted_order(number: str = "W-1001", *, sku: str = "BOOT-42", units: int = 1, pickup_node: str = "") -> str:
    order = an_order(number=number, channel_order_id=number, lines=(a_line(sku=sku, quantity=units),))
    orders.place(order)
    Order.objects.filter(number=number).update(state=OrderState.ACCEPTED, pickup_node=pickup_node)
    return number


def sent_from(number: str = "W-1001", **order: Any) -> set[str]:
    reserve_stock(step(an_accepted_order(number, **order)))
    return set(Reservation.objects.filter(order_number=number).values_list("node", flat=True))


def left_out(number: str = "W-1001") -> dict[str, str]:
    told: dict[str, str] = SourcingDecision.objects.get(order_number=number).explanation["left_out"]
    return told


def test_the_decision_is_kept_with_its_reasons() -> None:
    assert sent_from() == {"WH-1"}
    kept = SourcingDecision.objects.get(order_number="W-1001")
    assert kept.chosen == [{"line_id": "1", "sku": "BOOT-42", "node": "WH-1", "units": 1}]
    assert kept.explanation["candidates"][0]["nodes"] == ["WH-1"]
    assert kept.explanation["candidates"][1]["lost"].startswith("rank: ")


@pytest.mark.parametrize(
    "change", [{"ours": False}, {"ships": False}, {"online": False}, {"opening_hours": {"mon": []}}]
)
def test_a_node_that_may_not_send_is_never_chosen_and_the_reason_is_told(change: dict[str, Any]) -> None:
    a_node("WH-1", **change)
    assert "WH-1" not in sent_from()
    assert left_out()["WH-1"]


def test_goods_that_only_a_forbidden_node_has_are_sold_out_and_it_is_said_who_has_some() -> None:
    for node in ("WH-1", "STORE-001", "STORE-002"):
        a_node(node, online=False)
    with pytest.raises(Rejected, match=r"1 of BOOT-42 wanted, 0 free; STORE-001 has some, but it is offline"):
        sent_from()


def test_a_node_with_all_the_orders_it_can_handle_today_is_passed_over() -> None:
    a_node("WH-1", orders_a_day=1)
    assert sent_from("W-1") == {"WH-1"}
    assert sent_from("W-2") == {"STORE-001"}
    assert left_out("W-2") == {"WH-1": "it has the 1 orders it can handle today"}


def test_orders_of_yesterday_do_not_count_today() -> None:
    a_node("WH-1", orders_a_day=1)
    sent_from("W-1")
    SourcedFrom.objects.update(at=clock.now() - timedelta(days=1))
    assert sent_from("W-2") == {"WH-1"}


def test_an_order_that_is_taken_back_makes_room_for_another() -> None:
    a_node("WH-1", orders_a_day=1)
    sent_from("W-1")
    release_stock(step("W-1"))
    assert sent_from("W-2") == {"WH-1"}


def test_a_channels_own_rules_decide_for_it_alone() -> None:
    a_node("WH-1", send_cost_minor=900)
    SourcingRule.objects.create(rule="cost", channel="web")
    SourcingRule.objects.create(rule="rank")
    assert sent_from() == {"STORE-001"}
    lines = [("1", "BOOT-42", 1)]
    elsewhere = sourcing.source(lines, channel="shop", now=clock.now())
    assert elsewhere.parts == [("1", "BOOT-42", "WH-1", 1)]


def test_a_rule_decides_from_its_day_until_its_last() -> None:
    a_node("WH-1", send_cost_minor=900)
    now = clock.now()
    day = timedelta(days=1)
    SourcingRule.objects.create(rule="cost", effective_from=now + day, effective_until=now + 2 * day)
    chosen = [
        (sourcing.source([("1", "BOOT-42", 1)], channel="web", now=at).parts or [])[0][2]
        for at in (now, now + day, now + 2 * day)
    ]
    assert chosen == ["WH-1", "STORE-001", "WH-1"]


def test_the_node_nearest_to_a_given_point_sends_where_distance_decides() -> None:
    SourcingRule.objects.create(rule="distance")
    a_node("WH-1", latitude=53.0, longitude=10.0)
    a_node("STORE-002", latitude=48.14, longitude=11.58)
    choice = sourcing.source([("1", "BOOT-42", 1)], channel="web", now=clock.now(), near=(48.1, 11.6))
    assert choice.parts == [("1", "BOOT-42", "STORE-002", 1)]


def test_an_order_to_a_known_point_is_sent_from_nearby_where_distance_decides() -> None:
    SourcingRule.objects.create(rule="distance")
    a_node("WH-1", latitude=53.0, longitude=10.0)
    a_node("STORE-002", latitude=48.14, longitude=11.58)
    munich = an_order().ship_to.model_copy(update={"latitude": 48.1, "longitude": 11.6})
    orders.place(an_order(ship_to=munich))
    Order.objects.update(state=OrderState.ACCEPTED)
    reserve_stock(step("W-1001"))
    assert Reservation.objects.get().node == "STORE-002"


def test_a_bundle_is_promised_as_its_parts() -> None:
    BundlePart.objects.create(bundle="SET", part="BOOT-42", units=2)
    BundlePart.objects.create(bundle="SET", part="COAT-1", units=1)
    on_hand({"COAT-1": 3})
    assert sent_from(sku="SET", units=2) == {"WH-1"}
    assert dict(Reservation.objects.values_list("sku", "units")) == {"BOOT-42": 4, "COAT-1": 2}


def test_an_order_to_be_collected_takes_the_goods_of_that_store_only() -> None:
    a_node("STORE-002", offers_pickup=True, ships=False)
    assert sent_from(pickup_node="STORE-002") == {"STORE-002"}


def test_an_order_to_be_collected_where_there_is_too_little_is_sold_out() -> None:
    a_node("STORE-002", offers_pickup=True)
    with pytest.raises(Rejected, match="6 of BOOT-42 wanted, 5 free"):
        sent_from(units=6, pickup_node="STORE-002")
