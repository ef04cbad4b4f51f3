"""Cancelling units of an order: what stays, what goes back, and who wins against the warehouse."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from canonical.order import Tender, TenderState
from process_apis.orders import cancellations, holds
from process_apis.orders.models import AskedBy, Cancellation, Order, OrderLine, OrderState
from process_apis.stock.models import StockPosition
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from tests.factories import a_line, an_order, eur
from tests.playing import AT_ONCE_MS, Play, books, desk, money, playing
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


def three_lines(**changes: Any) -> Any:
    """Boot, coat and two socks at 119.00 each, shipping 5.00: 481.00."""
    lines = (
        a_line(line_id="1", sku="BOOT-42"), a_line(line_id="2", sku="COAT-1"),
        a_line(line_id="3", sku="SOCK-1", quantity=2, tax=eur(3800)),
    )  # fmt: skip
    return an_order(lines=lines, shipping=eur(500), **changes)


def paid_at_the_channel() -> Any:
    paid = Tender(kind="card", amount=eur(48100), state=TenderState.CAPTURED, reference="55")
    return three_lines(channel="shop", channel_order_id="5001", tenders=(paid,))


def units(number: str = NUMBER) -> dict[str, tuple[int, int, int]]:
    """Ordered, shipped, cancelled, by line."""
    lines = OrderLine.objects.filter(order__number=number)
    return {line.line_id: (line.quantity, line.shipped, line.cancelled) for line in lines}


def promised() -> dict[str, int]:
    found = {p.sku: p.reserved + p.allocated for p in StockPosition.objects.filter(node="WH-1")}
    return {sku: count for sku, count in found.items() if count}


def state_of(asked: Cancellation) -> str:
    return Cancellation.objects.get(id=asked.id).state


def test_one_line_of_three_is_cancelled_before_the_order_is_sent(play: Play) -> None:
    play.place(three_lines())
    asked = play.cancel(NUMBER, {"2": 1})
    play.go()
    play.later(3)

    assert state_of(asked) == "done"
    assert units()["2"] == (1, 0, 1)
    assert promised() == {"BOOT-42": 1, "SOCK-1": 2}
    release = play.sandbox.effects(operation="release", subject=NUMBER)
    assert [[line["sku"] for line in each["lines"]] for each in release] == [["BOOT-42", "SOCK-1"]]


def test_what_remains_is_shipped_paid_and_closed(play: Play) -> None:
    play.place(three_lines())
    play.cancel(NUMBER, {"2": 1})
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: 1})
    play.go()
    play.later(3)
    play.parcels_leave(NUMBER)
    play.later(2)

    assert Order.objects.get().state == OrderState.CLOSED
    assert money(NUMBER) == (36200, 0, 11900)  # held for all, taken for what left, the rest let go
    assert books(NUMBER)["REV"] == -(30000)
    assert "reduce_sales_order" in play.effects(NUMBER)


def test_a_whole_order_is_taken_back_before_anything_is_set_aside(play: Play) -> None:
    play.place(three_lines())
    asked = play.cancel(NUMBER)
    play.go()
    play.later(3)

    assert Order.objects.get().state == OrderState.CANCELLED
    assert state_of(asked) == "done"
    assert (promised(), play.effects(NUMBER), desk()) == ({}, [], [])


def test_a_whole_order_is_taken_back_from_the_warehouse(play: Play) -> None:
    play.place(three_lines())
    play.go()
    asked = play.cancel(NUMBER, reason="changed my mind")
    play.go()
    play.later(3)

    order = Order.objects.get()
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, "cancelled by customer: changed my mind")
    assert state_of(asked) == "done"
    assert play.effects(NUMBER)[-3:] == ["recall", "cancel_sales_order", "void"]
    assert (promised(), money(NUMBER)) == ({}, (0, 0, 48100))


def test_units_are_taken_back_from_the_warehouse_and_the_rest_is_asked_for_anew(play: Play) -> None:
    play.place(three_lines())
    play.go()
    asked = play.cancel(NUMBER, {"3": 1})
    play.go()
    play.later(3)

    assert (state_of(asked), units()["3"]) == ("done", (2, 0, 1))
    sent = play.sandbox.effects(operation="release", subject=NUMBER)[-1]["lines"]
    assert [(line["sku"], line["qty"]) for line in sent] == [("BOOT-42", 1), ("COAT-1", 1), ("SOCK-1", 1)]
    assert promised() == {"BOOT-42": 1, "COAT-1": 1, "SOCK-1": 1}


def test_a_picked_order_is_not_cancelled_and_says_why(play: Play) -> None:
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS)
    play.sandbox.setup(parcels={NUMBER: 1})
    play.place(three_lines())
    play.go()
    until_sent(play)
    asked = play.cancel(NUMBER)
    play.go()
    play.later(2)

    refused = Cancellation.objects.get(id=asked.id)
    assert refused.state == "refused"
    assert "picked" in refused.refused_because
    assert Order.objects.get().state != OrderState.CANCELLED


def test_the_channel_cancelling_what_has_left_becomes_a_return_with_its_evidence(play: Play) -> None:
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: 1})
    play.place(three_lines())
    play.go()
    play.parcels_leave(NUMBER)
    asked = play.cancel(NUMBER, asked_by=AskedBy.CHANNEL, evidence={"inbox_id": "7"})
    play.go()

    fact = Fact.objects.get(name="order.return_needed")
    assert (state_of(asked), asked.evidence) == ("becomes_return", {"inbox_id": "7", "units": {"1": 1, "2": 1, "3": 2}})
    assert [line["quantity"] for line in fact.data["lines"]] == [1, 1, 2]
    assert money(NUMBER) == (48100, 0, 0)


def test_what_has_left_is_refused_at_once(play: Play) -> None:
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: 1})
    play.place(three_lines())
    play.go()
    play.parcels_leave(NUMBER)
    with pytest.raises(cancellations.TooLateToCancel, match="sent back as a return"):
        play.cancel(NUMBER, {"1": 1})


def test_money_the_channel_took_is_given_back_for_the_cancelled_part_and_booked(play: Play) -> None:
    order = paid_at_the_channel()
    play.sandbox.control("POST", "/commerce/adopt", {"order": {
        "id": 5001, "name": NUMBER, "cancelled_at": None,
        "line_items": [{"id": n, "quantity": 1 + (n == 3), "sku": "X"} for n in (1, 2, 3)]}})  # fmt: skip
    play.place(order)
    play.go()
    asked = play.cancel(NUMBER, {"2": 1})
    play.go()
    play.later(3)

    assert Cancellation.objects.get(id=asked.id).refund_minor == 11900
    assert money(NUMBER) == (48100, 11900, 0)
    assert books(NUMBER) == {"CHAN": 36200, "DEP": -36200}
    assert "cancel" in play.effects(NUMBER)


def test_a_paid_order_the_channel_cancels_leaves_nothing_on_any_account(play: Play) -> None:
    play.place(paid_at_the_channel())
    play.go()
    asked = play.cancel(NUMBER, asked_by=AskedBy.CHANNEL)
    play.go()
    play.later(3)

    assert (state_of(asked), Order.objects.get().state) == ("done", OrderState.CANCELLED)
    assert (books(NUMBER), money(NUMBER)) == ({}, (48100, 48100, 0))
    assert desk() == []


def test_units_the_shop_takes_off_an_order_are_cancelled_and_the_rest_goes_on(play: Play) -> None:
    bought = play.at_the_shop()
    play.cancelled_at_the_shop(bought, {str(bought["line_items"][0]["id"]): 1})
    play.later(3)

    order = Order.objects.get()
    assert [line.cancelled for line in order.lines.all()] == [1, 0]
    assert (Cancellation.objects.get().state, money(order.number)) == ("done", (47600, 11900, 0))
    assert (books(order.number), desk()) == ({"CHAN": 35700, "DEP": -35700}, [])


def test_the_same_change_told_again_changes_nothing_more(play: Play) -> None:
    bought = play.at_the_shop()
    changed = play.cancelled_at_the_shop(bought, {str(bought["line_items"][0]["id"]): 1})
    play.hear("orders/updated", changed)
    play.later(3)
    assert (Cancellation.objects.count(), OrderLine.objects.first().cancelled) == (1, 1)  # type: ignore[union-attr]


def test_an_order_the_shop_cancels_is_taken_back_from_the_warehouse(play: Play) -> None:
    bought = play.at_the_shop()
    play.cancelled_at_the_shop(bought)
    play.later(3)

    order = Order.objects.get()
    assert (order.state, books(order.number), promised(), desk()) == (OrderState.CANCELLED, {}, {}, [])
    assert "recall" in play.effects(order.number)


def test_an_order_heard_of_first_by_its_cancellation_is_never_sent(play: Play) -> None:
    bought = play.at_the_shop()
    Order.objects.update(channel_order_id="another")
    play.cancelled_at_the_shop(bought)
    play.later(3)
    assert Order.objects.get(channel_order_id=str(bought["id"])).state == OrderState.CANCELLED


def test_another_address_is_taken_while_nobody_was_asked_to_send_it(play: Play) -> None:
    bought = play.at_the_shop(payment_token="", financial_status="pending")  # parked: it is not paid yet
    there = {**bought["shipping_address"], "city": "Bonn", "zip": "53111"}
    play.hear("orders/updated", {**bought, "shipping_address": there, "updated_at": "2199-01-01T00:00:00+00:00"})
    assert (Order.objects.get().ship_to["city"], [t for t in desk() if "changed" in t]) == ("Bonn", [])


def test_another_price_at_the_shop_is_for_a_person(play: Play) -> None:
    bought = play.at_the_shop()
    lines = [{**bought["line_items"][0], "price": "129.00"}, *bought["line_items"][1:]]
    total = {"total_price": "496.00", "updated_at": "2199-01-01T00:00:00+00:00"}
    play.hear("orders/updated", {**bought, "line_items": lines, **total})
    assert len(desk()) == 1


def test_an_order_that_may_be_a_fraud_waits_and_can_be_let_go_on(play: Play) -> None:
    row = play.place(three_lines())
    Order.objects.update(risk="high")
    play.go()
    assert (Order.objects.get().on_hold, promised()) == ("fraud", {})

    holds.release(number=row.number, by="ann", now=clock.now())
    play.go()
    assert Order.objects.get().state == OrderState.RELEASED


def test_an_order_that_may_be_a_fraud_can_be_cancelled_while_it_waits(play: Play) -> None:
    play.place(three_lines())
    Order.objects.update(risk="high")
    play.go()
    play.cancel(NUMBER, asked_by=AskedBy.FRAUD)
    play.go()
    play.later(3)
    assert Order.objects.get().state == OrderState.CANCELLED


def test_the_same_basket_again_is_warned_of_and_goes_on(play: Play) -> None:
    play.place(three_lines())
    play.place(three_lines(number="W-1002"))
    play.go()
    assert [title[:37] for title in desk()] == ["order W-1002 looks like W-1001: same "] or len(desk()) == 2
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.RELEASED}


def test_the_same_request_again_is_the_first_one(play: Play) -> None:
    play.place(three_lines())
    first = play.cancel(NUMBER, {"2": 1}, key="k")
    assert play.cancel(NUMBER, {"2": 1}, key="k").id == first.id
    assert OrderLine.objects.get(line_id="2").cancel_requested == 1


def until_sent(play: Play) -> None:
    """Wait until the warehouse has sent a parcel that nobody has told us of."""
    end = time.monotonic() + 10
    while not play.sandbox.effects(operation="dispatch", subject=NUMBER):
        assert time.monotonic() < end
        time.sleep(0.05)
