"""Goods that move between nodes: gone from there, on the way, come in parts, lost, and booked once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Sum

from canonical.events import FACTS
from process_apis.cases.models import Case
from process_apis.engine.process import StepContext
from process_apis.ledger.models import JournalLine
from process_apis.stock import services
from process_apis.stock.checking import counts
from process_apis.stock.models import StockMovement, StockPosition, Supply, Transfer, Variance
from process_apis.stock.moving import transfers
from process_apis.stock.moving.transfers import Receipt, TransferDiffers, WrongStage
from process_apis.stock.services import OutOfStock
from process_apis.stock_accounting import process as accounting
from process_apis.stock_accounting.steps.book_stock import book_stock
from retail_platform.kernel.outbox.models import Fact
from retail_platform.kernel.problem import Unprocessable
from tests.factories import NOON, a_catalog, on_hand
from tests.unit.test_bundles import step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def goods() -> None:
    a_catalog(skus=["BOOT-42", "COAT-1"])
    on_hand({"BOOT-42": 10, "COAT-1": 5})


def planned(reference: str = "TR-1", **units: int) -> Transfer:
    wanted = units or {"BOOT-42": 4}
    return transfers.plan(reference=reference, from_node="WH-1", to_node="STORE-001", units=wanted)


def shipped(**units: int) -> Transfer:
    planned(**units)
    return transfers.ship("TR-1", at=NOON)


def comes(units: int, *, number: str = "R-1", sku: str = "BOOT-42") -> Transfer:
    return transfers.receive("TR-1", Receipt(number, {sku: units}, NOON))


def shelf(node: str, sku: str = "BOOT-42") -> int:
    return StockPosition.objects.filter(sku=sku, node=node).aggregate(sum=Sum("on_hand"))["sum"] or 0


def on_the_way() -> tuple[int, int]:
    """What the supplies say and what the movements add up to."""
    moved = StockMovement.objects.filter(state="in_transit").aggregate(sum=Sum("units"))["sum"] or 0
    return Supply.objects.filter(kind="in_transit").aggregate(sum=Sum("units"))["sum"] or 0, moved


def test_what_is_shipped_is_gone_there_and_on_the_way_here() -> None:
    shipped()
    assert (shelf("WH-1"), shelf("STORE-001"), on_the_way()) == (6, 0, (4, 4))


def test_goods_come_in_parts() -> None:
    shipped()
    comes(3)
    assert (shelf("STORE-001"), on_the_way()) == (3, (1, 1))
    comes(1, number="R-2")
    assert (shelf("STORE-001"), on_the_way()) == (4, (0, 0))


def test_each_stage_told_twice_counts_once() -> None:
    planned()
    planned()
    for _ in range(2):
        transfers.ship("TR-1", at=NOON)
    for _ in range(2):
        comes(3)
    for _ in range(2):
        transfers.close("TR-1", reason="the rest is lost", at=NOON)
    assert (shelf("WH-1"), shelf("STORE-001"), on_the_way(), Variance.objects.count()) == (6, 3, (0, 0), 1)


def test_what_never_comes_is_a_variance_and_a_case_when_the_transfer_is_closed() -> None:
    shipped()
    comes(3)
    transfers.close("TR-1", reason="lost by the carrier", at=NOON)
    assert Variance.objects.values_list("expected", "counted", "state").get() == (4, 3, "accepted")
    assert "1 x boot-42" in Case.objects.get().detail.lower()


def test_more_than_went_is_taken_in_with_a_case() -> None:
    shipped()
    comes(6)
    assert (shelf("STORE-001"), on_the_way(), Case.objects.count()) == (6, (0, 0), 1)


def test_what_is_promised_does_not_leave() -> None:
    services.reserve(order_number="W-1", demands=[services.Demand("1", "BOOT-42", "WH-1", 7)])
    planned()
    with pytest.raises(OutOfStock, match="BOOT-42: 4 to leave, 3 free"):
        transfers.ship("TR-1", at=NOON)
    assert shelf("WH-1") == 10


def test_fewer_may_leave_than_were_planned_and_never_more() -> None:
    planned()
    with pytest.raises(Unprocessable):
        transfers.ship("TR-1", at=NOON, units={"BOOT-42": 5})
    transfers.ship("TR-1", at=NOON, units={"BOOT-42": 2})
    assert on_the_way() == (2, 2)


def test_a_reference_names_one_transfer() -> None:
    planned()
    with pytest.raises(TransferDiffers):
        planned(**{"COAT-1": 1})


def test_what_has_not_left_cannot_come() -> None:
    planned()
    with pytest.raises(WrongStage):
        comes(1)


def test_an_unknown_node_is_named() -> None:
    with pytest.raises(Unprocessable) as refused:
        transfers.plan(reference="TR-2", from_node="WH-1", to_node="MOON", units={"BOOT-42": 1})
    assert refused.value.errors[0]["pointer"] == "/to_node"


def booked() -> dict[str, int]:
    """Carry every fact about the worth of stock to the ledger, twice; the balances by role."""
    for _ in range(2):
        for fact in Fact.objects.filter(name__startswith="stock.").exclude(name="stock.changed").order_by("id"):
            for name in (each.name for each in accounting.PROCESSES if each.starts_on == fact.name):
                book_stock(_as(name, fact))
    rows = JournalLine.objects.values_list("account__role").annotate(sum=Sum("amount_minor"))
    return {role: minor for role, minor in rows if minor}


def _as(name: str, fact: Fact) -> StepContext:
    ctx: Any = step(fact.data["document"], started_by=fact.data)
    return StepContext(**{each: getattr(ctx, each) for each in ctx.__slots__} | {"process": name})


def test_goods_on_the_way_are_booked_as_such() -> None:
    shipped()
    assert booked() == {"INVT": 4 * 4000, "INV": -4 * 4000}


def test_a_shortage_is_a_loss_and_nothing_stays_in_transit() -> None:
    shipped()
    comes(3)
    transfers.close("TR-1", reason="lost", at=NOON)
    assert booked() == {"WOFF": 4000, "INV": -4000}


def test_what_came_too_much_is_a_gain() -> None:
    shipped()
    comes(6)
    assert booked() == {"INV": 2 * 4000, "WOFF": -2 * 4000}


@pytest.mark.parametrize(("found", "loss"), [(8, 8000), (13, -12000)])
def test_a_count_is_booked_as_a_loss_or_a_gain(found: int, loss: int) -> None:
    counts.take_count(counts.Count("count:1", "BOOT-42", "WH-1", found, "wms", 7, NOON))
    assert booked() == {"WOFF": loss, "INV": -loss}


@pytest.fixture(autouse=True)
def no_fact_is_misshapen() -> Iterator[None]:
    yield
    for fact in Fact.objects.all():
        FACTS[fact.name].model_validate(fact.data)
