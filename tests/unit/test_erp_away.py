"""The ERP is away: orders are taken, their goods set aside and their money held; when it is back each is told once."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from process_apis.engine import sweeper, wake
from process_apis.engine.models import ProcessRun, RunState
from process_apis.orders.models import Order, OrderState, PaymentState
from retail_platform.kernel import clock
from tests.factories import an_order
from tests.playing import Play, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
DAYS = {"W-3": 1, "W-1": 3, "W-2": 2}  # placed in this order; so many days ago


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        sandbox.fault(system="erp", operation="*", kind="refuse")
        for number, days in DAYS.items():
            shop.place(an_order(number=number, placed_at=clock.now() - timedelta(days=days)))
        shop.go()
        yield shop
        sandbox.control("DELETE", "/faults")


def test_orders_are_taken_reserved_and_paid_while_it_is_away(play: Play) -> None:
    assert {order.state for order in Order.objects.all()} == {OrderState.RESERVED}
    assert {p.state for order in Order.objects.all() for p in order.payments.all()} == {PaymentState.AUTHORIZED}
    assert {run.step for run in ProcessRun.objects.filter(process="order_to_cash")} == {"create_erp_order"}


def test_when_it_is_back_each_order_reaches_it_once_and_goes_on(play: Play) -> None:
    play.sandbox.control("DELETE", "/faults")
    play.later(2)
    made = [each["subject"] for each in play.sandbox.effects(system="erp", operation="create_sales_order")]
    assert sorted(made) == sorted(DAYS)
    assert {order.state for order in Order.objects.all()} == {OrderState.RELEASED}


def test_when_it_is_back_the_oldest_business_day_goes_first(play: Play) -> None:
    rung: list[str] = []

    def ring_many(bells: Iterable[wake.Bell]) -> list[UUID]:
        rung.extend(ProcessRun.objects.get(id=bell.run_id).subject for bell in bells)
        return []

    waits = ProcessRun.objects.filter(process="order_to_cash", state=RunState.RETRYING)
    waits.update(next_wake_at=clock.now() - timedelta(seconds=1))
    with pytest.MonkeyPatch.context() as patch:  # within what `play` has in its place
        patch.setattr(wake, "ring_many", ring_many)
        sweeper.sweep(limit=3)
    assert [subject for subject in rung if subject in DAYS] == ["W-1", "W-2", "W-3"]


def test_what_is_tried_again_is_spread_so_that_it_does_not_come_at_once(play: Play) -> None:
    due = [run.next_wake_at for run in ProcessRun.objects.filter(process="order_to_cash")]
    assert len(set(due)) == len(DAYS)
