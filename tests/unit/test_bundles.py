"""A bundle is promised part by part, and billed when it is whole."""

from typing import Any
from uuid import uuid4

import pytest

from canonical.shipment import Shipment, ShipmentLine
from process_apis.catalog.models import BundlePart, Product
from process_apis.engine.process import StepContext
from process_apis.order_to_cash.decisions import amounts
from process_apis.order_to_cash.steps.accept_order import accept_order
from process_apis.order_to_cash.steps.record_shipment import record_found_shipment
from process_apis.orders import services as orders
from process_apis.orders.models import Order, OrderLine, OrderState, Parcel
from process_apis.stock import services as stock
from process_apis.stock.models import StockPosition
from system_apis.terms import CallKey
from tests.factories import NOON, a_catalog, a_line, a_shipment, an_order, eur, on_hand

pytestmark = pytest.mark.django_db


def step(subject: str, **facts: Any) -> StepContext:
    return StepContext(
        run_id=uuid4(), process="test", subject=subject, facts=facts, key=CallKey("k"), now=NOON, correlation_id="",
        keep=lambda **_: None,
    )  # fmt: skip


def leaves(number: str, **skus: int) -> None:
    """A parcel with so many of each part, and nobody billing it yet."""
    parts = tuple(ShipmentLine(line_id="1", sku=sku, quantity=units) for sku, units in skus.items())
    shipment: Shipment = a_shipment(shipment_id=number, lines=parts)
    record_found_shipment(step(number, started_by={"shipment": shipment.model_dump(mode="json")}))


@pytest.fixture(autouse=True)
def two_sets() -> None:
    """W-1001 for two sets of two BOOT and one COAT each, at 99.99 with 15.97 of tax; all of it promised."""
    a_catalog(skus=["SET", "BOOT", "COAT"])
    Product.objects.filter(sku="COAT").update(cost_minor=1000)
    BundlePart.objects.create(bundle="SET", part="BOOT", units=2)
    BundlePart.objects.create(bundle="SET", part="COAT", units=1)
    on_hand({"BOOT": 4, "COAT": 2})
    line = a_line(sku="SET", quantity=2, unit_price=eur(9999), tax=eur(3193))
    orders.place(an_order(lines=(line,), shipping=eur(500)))
    accept_order(step("W-1001"))
    parts = [("BOOT", 4), ("COAT", 2)]
    stock.reserve(order_number="W-1001", demands=[stock.Demand("1", sku, "WH-1", units) for sku, units in parts])
    stock.allocate(order_number="W-1001")
    Order.objects.update(state=OrderState.RELEASED)


def test_a_line_is_promised_once_for_each_part() -> None:
    assert dict(StockPosition.objects.values_list("sku", "allocated")) == {"BOOT": 4, "COAT": 2}


def test_a_bundle_costs_what_its_parts_cost() -> None:
    assert OrderLine.objects.get().unit_cost_minor == 2 * 4000 + 1000


def test_a_parcel_that_completes_no_bundle_bills_nothing() -> None:
    leaves("P-1", BOOT=3)
    parcel = Parcel.objects.get()
    assert (parcel.total_minor, parcel.lines.count(), OrderLine.objects.get().shipped) == (0, 0, 0)


def test_the_parcel_with_the_last_part_carries_the_bundle_and_the_first_of_those_the_shipping() -> None:
    leaves("P-1", BOOT=2)
    leaves("P-2", COAT=2)
    leaves("P-3", BOOT=2)
    quantities = [[line.quantity for line in parcel.lines.all()] for parcel in Parcel.objects.order_by("position")]
    assert quantities == [[], [1], [1]]
    assert [parcel.shipping_minor for parcel in Parcel.objects.order_by("position")] == [0, 500, 0]


def test_the_parcels_of_bundles_add_up_to_the_order() -> None:
    leaves("P-1", BOOT=3)
    leaves("P-2", COAT=2)
    leaves("P-3", BOOT=1)
    assert sum(Parcel.objects.values_list("total_minor", flat=True)) == Order.objects.get().total_minor
    assert Order.objects.get().state == OrderState.SHIPPED


def test_what_left_of_a_bundle_is_off_the_shelf_at_once() -> None:
    leaves("P-1", BOOT=3)
    position = StockPosition.objects.get(sku="BOOT")
    assert (position.on_hand, position.allocated) == (1, 1)


@pytest.mark.parametrize(("boots", "coats", "whole"), [(0, 2, 0), (1, 2, 0), (2, 1, 1), (3, 1, 1), (4, 2, 2)])
def test_as_many_bundles_are_whole_as_the_scarcest_part_makes(boots: int, coats: int, whole: int) -> None:
    assert amounts.complete({"BOOT": (4, boots), "COAT": (2, coats)}, units=2) == whole
