"""Goods are not there after all that were held for a basket, or that a store was to hand over at its counter."""

from collections.abc import Iterator

import pytest

from process_apis.catalog.models import Node
from process_apis.orders.models import Order, OrderEvent, OrderState
from process_apis.pickups import services as pickups
from process_apis.pickups.models import Pickup, PickupEvent
from process_apis.stock.models import Reservation, StockPosition
from process_apis.stock.reserving import holds
from process_apis.stock.reserving.holds import HoldLost
from process_apis.stock.services import Demand, move
from retail_platform.kernel import clock
from tests.factories import a_line, a_movement, an_order, eur, on_hand
from tests.playing import Play, money, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
NUMBER = "W-1001"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def a_basket(hold: str = "H-1", **units: int) -> None:
    wanted = units or {"COAT": 2, "SOCK": 1}
    demands = [Demand(str(n), f"{sku}-1", "WH-1", count) for n, (sku, count) in enumerate(wanted.items(), 1)]
    holds.hold(hold=hold, holder="ada", demands=demands)


def sold(play: Play, units: int, *, node: str = "WH-1") -> None:
    """Somebody takes coats off the shelf, and what follows from it happens."""
    move([a_movement(key="till:1", sku="COAT-1", node=node, units=-units, reason="sale", occurred_at=clock.now())])
    play.go()


def states(hold: str = "H-1") -> dict[str, str]:
    return dict(Reservation.objects.filter(hold=hold).values_list("sku", "state"))


def shortage(node: str = "WH-1") -> int:
    return StockPosition.objects.get(sku="COAT-1", node=node).shortage


def test_a_basket_that_cannot_be_kept_is_given_back_whole(play: Play) -> None:
    a_basket()
    sold(play, 9)
    assert states() == {"COAT-1": "lost", "SOCK-1": "released"}
    assert (shortage(), StockPosition.objects.get(sku="SOCK-1", node="WH-1").reserved) == (0, 0)


def test_the_next_confirm_says_what_is_not_there(play: Play) -> None:
    a_basket()
    sold(play, 9)
    with pytest.raises(HoldLost, match="2 x COAT-1 at WH-1: not there after all"):
        holds.confirm(hold="H-1", order_number="W-9")


def test_the_last_basket_held_is_hit_first(play: Play) -> None:
    a_basket("H-1", COAT=2)
    a_basket("H-2", COAT=2)
    sold(play, 8)
    assert (states("H-1"), states("H-2")) == ({"COAT-1": "held"}, {"COAT-1": "lost"})


def test_what_is_only_held_goes_before_what_was_ordered(play: Play) -> None:
    a_basket("H-1", COAT=2)
    a_basket("H-2", COAT=2)
    holds.confirm(hold="H-2", order_number="W-9")
    sold(play, 8)
    assert (states("H-1"), states("H-2")) == ({"COAT-1": "lost"}, {"COAT-1": "open"})


def test_a_basket_whose_goods_come_back_in_time_stays_held(play: Play) -> None:
    a_basket("H-1", COAT=2)
    move([a_movement(key="till:1", sku="COAT-1", units=-9, reason="sale", occurred_at=clock.now())])
    move([a_movement(key="receipt:9", sku="COAT-1", units=5, occurred_at=clock.now())])
    play.go()
    assert states() == {"COAT-1": "held"}


def test_a_basket_that_was_confirmed_a_moment_ago_keeps_its_promise(play: Play) -> None:
    a_basket("H-1", COAT=2)
    move([a_movement(key="till:1", sku="COAT-1", units=-9, reason="sale", occurred_at=clock.now())])
    holds.confirm(hold="H-1", order_number="W-9")
    play.go()
    assert states() == {"COAT-1": "open"}


@pytest.fixture
def counter(play: Play) -> Play:
    """An order of two coats is to be collected at STORE-001, which has two and has not begun to pick them."""
    point = {"latitude": "52.52", "longitude": "13.40"}
    Node.objects.filter(kind="store").update(offers_pickup=True, ships=True, **point)
    Node.objects.create(code="STORE-002", name="Store 2", kind="store", wms="wms", offers_pickup=True, **point)
    on_hand({"COAT-1": 2}, node="STORE-001")
    coats = a_line(line_id="1", sku="COAT-1", quantity=2, tax=eur(3800))
    play.place(an_order(lines=(coats,), pickup_node="STORE-001"))
    play.go()
    assert pickup().state == "reserved"
    return play


def pickup(node: str = "STORE-001") -> Pickup:
    return Pickup.objects.get(order_number=NUMBER, node=node)


def test_a_store_need_not_look_for_what_was_sold_and_is_told_why(counter: Play) -> None:
    sold(counter, 1, node="STORE-001")
    assert (pickup().state, pickup().reject_note[:10]) == ("store_rejected", "1 x COAT-1")
    assert PickupEvent.objects.get(pickup=pickup(), name="rejected").by == "stock book"
    assert OrderEvent.objects.get(name="order.line_missing").detail["outcome"] == "pickup"


def test_another_store_nearby_hands_it_over(counter: Play) -> None:
    on_hand({"COAT-1": 5}, node="STORE-002")
    sold(counter, 1, node="STORE-001")
    assert (pickup("STORE-002").state, shortage("STORE-001")) == ("reserved", 0)


def test_it_is_sent_home_where_no_other_store_has_it(counter: Play) -> None:
    sold(counter, 1, node="STORE-001")
    assert Order.objects.get(number=NUMBER).pickup_node == ""
    assert Reservation.objects.get(order_number=NUMBER, state="allocated").node == "WH-1"


def test_what_nobody_has_is_given_up_and_no_money_is_kept(counter: Play) -> None:
    move([a_movement(key="till:9", sku="COAT-1", units=-10, reason="sale", occurred_at=clock.now())])
    sold(counter, 1, node="STORE-001")
    counter.later(times=3)
    captured, _, voided = money(NUMBER)
    assert (Order.objects.get(number=NUMBER).state, captured, voided > 0) == (OrderState.CANCELLED, 0, True)


def test_what_lies_in_somebody_s_hands_is_there_whatever_the_book_says(counter: Play) -> None:
    pickups.pick(pickup(), by="kim")
    sold(counter, 1, node="STORE-001")
    assert (pickup().state, shortage("STORE-001")) == ("picking", 1)


def test_a_pickup_is_left_alone_where_the_goods_come_back_in_time(counter: Play) -> None:
    move([a_movement(key="till:1", sku="COAT-1", node="STORE-001", units=-1, reason="sale", occurred_at=clock.now())])
    move([a_movement(key="receipt:9", sku="COAT-1", node="STORE-001", units=1, occurred_at=clock.now())])
    counter.go()
    assert pickup().state == "reserved"
