"""Goods are not there after all that were promised: another node sends them, they wait, or they are taken off."""

import time
from collections.abc import Iterator

import pytest

from process_apis.fulfilment.models import HandlingRule, SentLater
from process_apis.orders.models import Order, OrderEvent, OrderLine, OrderState
from process_apis.stock.models import Reservation, StockPosition, Supply
from process_apis.stock.services import move
from retail_platform.kernel import clock
from tests.factories import a_line, a_movement, an_order, eur, on_hand
from tests.playing import Play, desk, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
NUMBER = "W-1001"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    """An order of two coats is paid, and stands before its release, since the ERP does not answer."""
    with playing(sandbox) as shop:
        shop.sandbox.fault("erp", "rate_limit", operation="create_sales_order", retry_after_s="1")
        coats = a_line(line_id="1", sku="COAT-1", quantity=2, tax=eur(3800))
        shop.place(an_order(lines=(coats,)))
        shop.go()
        assert shop.run_of(NUMBER).step == "create_erp_order"
        yield shop
        sandbox.heal()


def sold_at_the_till(play: Play, units: int = 9) -> None:
    """Somebody takes coats off the shelf of WH-1, where ten were and two are promised."""
    gone = a_movement(key="till:1", sku="COAT-1", units=-units, reason="sale", occurred_at=clock.now())
    move([gone])
    play.go()


def goes_on(play: Play) -> None:
    """The ERP answers again, and the order goes on to its release."""
    play.sandbox.heal()
    until = time.monotonic() + 30
    while Order.objects.get(number=NUMBER).state != OrderState.RELEASED:
        assert time.monotonic() < until, "the order was never released"
        time.sleep(0.05)
        play.later()


def sent() -> dict[str, int]:
    """Units each node was asked to send."""
    rows = Reservation.objects.filter(order_number=NUMBER, state="allocated")
    return {row.node: row.units for row in rows}


def outcomes() -> list[str]:
    told = OrderEvent.objects.filter(order__number=NUMBER, name="order.line_missing")
    return list(told.values_list("detail__outcome", flat=True))


def test_another_node_sends_what_was_oversold(play: Play) -> None:
    on_hand({"COAT-1": 5}, node="STORE-001")
    sold_at_the_till(play)
    goes_on(play)
    assert (sent(), outcomes()) == ({"WH-1": 1, "STORE-001": 1}, ["resource"])
    assert StockPosition.objects.get(sku="COAT-1", node="WH-1").shortage == 0


def test_what_nobody_has_is_taken_off_the_order(play: Play) -> None:
    sold_at_the_till(play)
    goes_on(play)
    line = OrderLine.objects.get(order__number=NUMBER)
    assert (line.cancelled, sent(), outcomes()) == (1, {"WH-1": 1}, ["cancel"])


def test_what_is_ordered_for_us_is_waited_for(play: Play) -> None:
    Supply.objects.create(
        reference="PO-1", kind="on_order", sku="COAT-1", node="WH-1", units=9, due_on=clock.now().date(), source="erp"
    )
    sold_at_the_till(play)
    goes_on(play)
    later = SentLater.objects.get(order_number=NUMBER)
    assert (later.units, later.needs_goods, outcomes()) == (1, True, ["backorder"])


def test_the_rule_of_a_node_decides(play: Play) -> None:
    on_hand({"COAT-1": 5}, node="STORE-001")
    HandlingRule.objects.create(node="WH-1", ways="cancel")
    sold_at_the_till(play)
    goes_on(play)
    assert (outcomes(), OrderLine.objects.get(order__number=NUMBER).cancelled) == (["cancel"], 1)


def test_goods_that_come_in_before_anybody_acts_change_nothing(play: Play) -> None:
    move([a_movement(key="till:1", sku="COAT-1", units=-9, reason="sale", occurred_at=clock.now())])
    move([a_movement(key="receipt:9", sku="COAT-1", units=5, occurred_at=clock.now())])
    play.go()
    goes_on(play)
    assert (outcomes(), sent()) == ([], {"WH-1": 2})


def test_an_order_whose_node_was_asked_is_left_to_what_the_node_finds(play: Play) -> None:
    goes_on(play)
    sold_at_the_till(play)
    assert (outcomes(), sent()) == ([], {"WH-1": 2})
    assert any("promised that are not there" in title for title in desk())
