"""What is not out yet is promised against what is ordered for us, and leaves on its day if its goods are there."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from process_apis.cases.models import Case
from process_apis.catalog.models import Product
from process_apis.engine.process import Done, Rejected, StepContext, Wait
from process_apis.order_to_cash.steps.accept_order import accept_order
from process_apis.order_to_cash.steps.clear_order import let_cancellations_in
from process_apis.order_to_cash.steps.reserve_stock import reserve_stock
from process_apis.orders import services as orders
from process_apis.stock.models import StockPosition, Supply
from process_apis.stock.reserving import pre_orders
from retail_platform.kernel import clock
from system_apis.terms import CallKey
from tests.factories import a_catalog, a_line, an_order, on_hand

pytestmark = pytest.mark.django_db
IN_A_MONTH = clock.now().date() + timedelta(days=30)


def step(number: str = "W-1001") -> StepContext:
    return StepContext(
        run_id=uuid4(), process="test", subject=number, facts={}, key=CallKey("k"), now=clock.now(), correlation_id="",
        keep=lambda **_: None,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def new_boots_in_a_month() -> None:
    a_catalog()
    Product.objects.update(released_on=IN_A_MONTH)
    coming(3)


def coming(units: int) -> None:
    Supply.objects.update_or_create(
        reference="PO-1", kind="on_order", sku="BOOT-42", node="WH-1",
        defaults={"units": units, "due_on": IN_A_MONTH, "source": "erp"},
    )  # fmt: skip


def pre_ordered(units: int, number: str = "W-1001") -> None:
    line = a_line(quantity=units, tax=None)
    orders.place(an_order(number=number, lines=(line,), shipping_tax=None, placed_at=clock.now()))
    accept_order(step(number))
    reserve_stock(step(number))


def out(day: date | None = None) -> None:
    """The day has come."""
    from_day = day or clock.now().date() - timedelta(days=1)
    Product.objects.update(released_on=from_day)
    orders.OrderLine.objects.update(promised_on=from_day)


def test_as_many_are_promised_as_are_on_order() -> None:
    pre_ordered(3)
    with pytest.raises(Rejected, match="sold out"):
        pre_ordered(1, "W-1002")


def test_it_is_not_sent_before_its_day_even_if_it_is_there() -> None:
    on_hand({"BOOT-42": 3})
    pre_ordered(2)
    assert isinstance(let_cancellations_in(step()), Wait)


def test_it_is_not_sent_on_its_day_while_it_is_not_there() -> None:
    pre_ordered(2)
    out()
    assert isinstance(let_cancellations_in(step()), Wait)


def test_it_is_sent_on_its_day_once_it_is_there() -> None:
    pre_ordered(2)
    out()
    on_hand({"BOOT-42": 2})
    assert isinstance(let_cancellations_in(step()), Done)


def test_who_ordered_first_has_it_first() -> None:
    pre_ordered(2)
    pre_ordered(1, "W-1002")
    out()
    on_hand({"BOOT-42": 2})
    assert isinstance(let_cancellations_in(step()), Done)
    assert isinstance(let_cancellations_in(step("W-1002")), Wait)


def test_what_has_arrived_is_not_promised_twice() -> None:
    pre_ordered(1)
    on_hand({"BOOT-42": 3})
    coming(0)
    pre_orders.keep_limits()
    assert StockPosition.objects.get().backorder_limit == 0


def test_fewer_on_order_than_promised_is_one_case_however_often_it_is_seen() -> None:
    pre_ordered(3)
    coming(1)
    pre_orders.keep_limits()
    pre_orders.keep_limits()
    case = Case.objects.get()
    assert case.title == "3 of BOOT-42 are promised at WH-1, 0 are there and 1 to come"
    assert "W-1001" in case.detail
