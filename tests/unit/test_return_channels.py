"""What others sold or decided: cancelled too late, paid back by a marketplace, brought to a store, or too late."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from process_apis.orders.models import Order
from process_apis.return_to_refund import inspecting, opening, opening_checks, receiving, turning_away
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns.models import Disposition, ReceiptLine, Return, ReturnKind
from retail_platform.kernel import clock
from tests.factories import NOON
from tests.playing import AT_ONCE_MS, Play, books, desk, playing
from tests.sandbox_process import SandboxProcess
from tests.taking_back import asks, at, comes_back, owed, shipped, sums_up

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def sold_at_the_marketplace(play: Play) -> tuple[Order, dict[str, Any]]:
    """Two boots and two coats, paid at the marketplace, which have left; and what it calls them."""
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS)
    theirs = play.at_the_shop()
    order = Order.objects.get()
    play.parcels_leave(order.number)
    return Order.objects.get(), theirs


def given_back_by_the_marketplace(play: Play) -> list[str]:
    return [each["amount"] for each in play.sandbox.effects(system="commerce", operation="refund")]


def test_what_a_marketplace_cancels_after_it_left_comes_back_as_a_return_with_its_evidence(play: Play) -> None:
    order, theirs = sold_at_the_marketplace(play)
    play.cancelled_at_the_shop(theirs)

    parent = Return.objects.get()
    assert (parent.requested_by, parent.reason, parent.total_minor) == ("channel", "cancelled too late", 47600)
    comes_back(parent)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, given_back_by_the_marketplace(play)) == ("closed", ["476.00"])
    assert play.sandbox.effects(system="payments", operation="refund") == []
    assert (at("BOOT-42"), at("COAT-1"), owed(order.number)) == ((10, 0), (10, 0), 0)
    assert books(order.number).get("CHAN", 0) == 0
    sums_up(play)


def test_of_units_a_marketplace_takes_off_too_late_only_those_are_expected_back(play: Play) -> None:
    _, theirs = sold_at_the_marketplace(play)
    play.cancelled_at_the_shop(theirs, {str(theirs["line_items"][0]["id"]): 1})

    parent = Return.objects.get()
    assert [(line.sku, line.units) for line in parent.lines.all()] == [("BOOT-42", 1)]
    assert (parent.state, parent.total_minor) == ("authorised", 11900)


def test_the_same_late_cancellation_heard_twice_is_one_return(play: Play) -> None:
    _, theirs = sold_at_the_marketplace(play)
    changed = play.cancelled_at_the_shop(theirs)

    play.hear("orders/cancelled", changed)

    assert Return.objects.count() == 1


def test_what_a_marketplace_has_paid_back_is_booked_and_paid_by_nobody_again(play: Play) -> None:
    order, _ = sold_at_the_marketplace(play)
    line = order.lines.first()
    assert line is not None

    parent = asks(order, {line.line_id: 1}, kind=ReturnKind.CHANNEL_REFUND)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, owed(order.number), books(order.number)["CHAN"]) == ("closed", 0, 47600 - 11900)
    assert given_back_by_the_marketplace(play) == []
    assert play.sandbox.effects(system="payments", operation="refund") == []
    sums_up(play)


def test_goods_a_marketplace_sold_come_back_to_a_store_and_the_marketplace_pays(play: Play) -> None:
    order, _ = sold_at_the_marketplace(play)
    line = order.lines.get(sku="COAT-1")

    parent = asks(order, {line.line_id: 1}, node="STORE-001")
    comes_back(parent, node="STORE-001")
    play.go()

    parent.refresh_from_db()
    assert (parent.state, given_back_by_the_marketplace(play)) == ("closed", ["119.00"])
    assert (at("COAT-1", "STORE-001"), books(order.number).get("TILL", 0), owed(order.number)) == ((1, 0), 0, 0)
    sums_up(play)


def test_a_return_after_its_window_is_refused_and_the_desk_may_let_it_in(play: Play) -> None:
    order = shipped(play)
    later = clock.now() + timedelta(days=40)
    with pytest.raises(opening_checks.ReturnRefused, match="could come back until"):
        opening.open_return(number=order.number, key="late", lines=[Asked("2", 1)], now=later)

    parent = opening.open_return(number=order.number, key="late", lines=[Asked("2", 1)], now=later, waive_policy=True)
    comes_back(parent)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, owed(order.number)) == ("closed", 0)


def test_goods_that_come_after_their_return_has_expired_are_kept_and_find_another_return(play: Play) -> None:
    order = shipped(play)
    expired = asks(order, {"2": 1})
    play.go()
    Return.objects.update(expires_at=NOON)
    turning_away.sweep()
    play.go()

    receipt = receiving.receive(key="late", node="WH-1", lines=[Came("COAT-1", 1)], now=clock.now(), by="Tim")
    play.go()
    assert desk() == ["1 x COAT-1 came back to WH-1, and nobody knows whose they are"]
    parent = asks(order, {"2": 1}, key="r-2", waive_policy=True)
    receiving.attach(receipt, parent.number, by="Ina")
    inspecting.inspect(ReceiptLine.objects.get().id, disposition=Disposition.RESTOCK, by="Ina", now=clock.now())
    play.go()

    expired.refresh_from_db()
    parent.refresh_from_db()
    assert (expired.state, parent.state, at("COAT-1"), owed(order.number)) == ("expired", "closed", (10, 0), 0)
    sums_up(play)
