"""A channel changes an order by cancelling it and making a new one: goods and money once, and one status to look at."""

from collections.abc import Iterator
from typing import Any

import pytest

from experience_apis.order_status import projection
from experience_apis.order_status import queries as order_status
from process_apis.engine.models import RunState
from process_apis.notices.models import Notice
from process_apis.orders.models import Order, OrderState, Payment
from process_apis.stock.models import StockPosition
from retail_platform.kernel import clock
from tests.playing import AT_ONCE_MS, NEVER_MS, Play, books, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
FIRST, THEN = "#7001", "#7001-1"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def boots(units: int) -> list[dict[str, Any]]:
    return [{"sku": "BOOT-42", "quantity": units, "price": "119.00"}]


def ordered(play: Play, **wish: Any) -> dict[str, Any]:
    """Seven of the ten boots there are."""
    return play.at_the_shop(number=FIRST, lines=boots(7), **wish)


def made_anew(play: Play, old: dict[str, Any], **wish: Any) -> dict[str, Any]:
    """The shop makes eight boots of it: more than would be there besides the first seven."""
    return play.at_the_shop(number=THEN, lines=boots(8), replaces=old["id"], **wish)


def states() -> dict[str, str]:
    return dict(Order.objects.values_list("number", "state"))


def held() -> tuple[int, int]:
    place = StockPosition.objects.get(sku="BOOT-42", node="WH-1")
    return place.on_hand, place.reserved + place.allocated


def test_the_new_order_has_the_goods_of_the_first_and_nothing_is_set_aside_twice(play: Play) -> None:
    made_anew(play, ordered(play))
    play.later(6)
    assert states() == {FIRST: OrderState.CANCELLED, THEN: OrderState.RELEASED}
    assert held() == (10, 8)


def test_it_waits_while_the_first_is_being_taken_back(play: Play) -> None:
    old = ordered(play)
    play.sandbox.control("POST", "/faults", {"system": "wms", "kind": "refuse", "operation": "recall"})
    try:
        made_anew(play, old)
        assert (play.run_of(THEN).step, play.run_of(THEN).state) == ("clear_order", RunState.WAITING)
    finally:
        play.sandbox.control("DELETE", "/faults")


def test_the_channel_s_own_word_of_the_cancellation_changes_nothing_more(play: Play) -> None:
    old = ordered(play)
    made_anew(play, old)
    play.cancelled_at_the_shop(old)
    play.later(6)
    assert states() == {FIRST: OrderState.CANCELLED, THEN: OrderState.RELEASED}
    assert Order.objects.get(number=FIRST).cancellations.count() == 1


def test_money_is_taken_for_the_new_order_alone(play: Play) -> None:
    made_anew(play, ordered(play))
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={THEN: 1})
    play.later(6)
    play.parcels_leave(THEN)
    play.later(3)
    owed = {p.order.number: p.captured_minor - p.refunded_minor for p in Payment.objects.select_related("order")}
    assert owed == {FIRST: 0, THEN: 8 * 11900}
    assert (books(FIRST), books(THEN).get("DEP", 0)) == ({}, 0)
    play.sandbox.setup(ship_delay_ms=NEVER_MS)


def test_both_numbers_show_the_one_status(play: Play) -> None:
    made_anew(play, ordered(play))
    play.later(6)
    for number in (FIRST, THEN):
        projection.refresh(number, now=clock.now())
        assert order_status.status(number, may_see=lambda _: True).number == THEN


def test_nobody_is_written_to_that_the_changed_order_was_cancelled(play: Play) -> None:
    made_anew(play, ordered(play))
    play.later(6)
    assert "order_cancelled" not in Notice.objects.filter(order_number=FIRST).values_list("template", flat=True)


def test_a_first_order_that_is_heard_of_last_is_taken_back_at_once(play: Play) -> None:
    old = play.sandbox.place_order(
        number=FIRST, lines=boots(7), financial_status="paid",
        address={"address1": "Hauptstr. 1", "city": "Berlin", "zip": "10115", "country_code": "DE"},
    )  # fmt: skip
    made_anew(play, old)
    play.hear("orders/create", old)
    play.later(6)
    assert states() == {FIRST: OrderState.CANCELLED, THEN: OrderState.RELEASED}


def test_a_person_decides_where_goods_of_the_first_have_left(play: Play) -> None:
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={FIRST: 1})
    old = ordered(play)
    play.parcels_leave(FIRST)
    play.later(3)
    made_anew(play, old)
    play.later(3)
    assert play.run_of(THEN).state == RunState.PARKED
    assert "goods had left already" in play.run_of(THEN).error
    assert held() == (3, 0)
    play.sandbox.setup(ship_delay_ms=NEVER_MS)
