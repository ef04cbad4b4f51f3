"""Every kind of line has its rule: gift wrap and fees, free gifts, bundles of two accounts, ages, renewals."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from canonical.order import LineKind
from canonical.shipment import Shipment, ShipmentLine
from process_apis.catalog.models import BundlePart, Node, Product
from process_apis.engine.process import NeedsPerson, StepContext
from process_apis.ledger.models import JournalLine
from process_apis.order_to_cash.instructions import instructions_of
from process_apis.order_to_cash.steps.accept_order import accept_order
from process_apis.order_to_cash.steps.book_sale import book_sale
from process_apis.order_to_cash.steps.record_shipment import record_found_shipment
from process_apis.order_to_cash.steps.reserve_stock import reserve_stock
from process_apis.orders import cancellations
from process_apis.orders import services as orders
from process_apis.orders.models import AskedBy, Order, OrderLine, OrderState, Parcel, Payment
from process_apis.return_to_refund.sold import sold
from process_apis.stock import services as stock
from process_apis.stock.models import Reservation
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from system_apis.terms import CallKey
from tests.factories import a_catalog, a_line, a_shipment, an_order, eur, on_hand

pytestmark = pytest.mark.django_db
BOOT = a_line()
WRAP = a_line(line_id="2", sku="WRAP", unit_price=eur(500), tax=eur(80))
FEE = a_line(line_id="3", sku="FEE", unit_price=eur(300), tax=eur(48))


def step(subject: str = "W-1001", **facts: Any) -> StepContext:
    return StepContext(
        run_id=uuid4(), process="test", subject=subject, facts=facts, key=CallKey("k"), now=clock.now(),
        correlation_id="", keep=lambda **_: None,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def a_shop() -> None:
    a_catalog(skus=["BOOT-42", "COAT-1", "SET", "WRAP", "FEE"])
    Product.objects.filter(sku="WRAP").update(kind="gift_wrap", revenue_role="WRAPREV", price_minor=500)
    Product.objects.filter(sku="FEE").update(kind="fee", revenue_role="FEEREV", price_minor=300)
    on_hand({"BOOT-42": 5, "COAT-1": 5})


def released(*lines: Any, **order: Any) -> Order:
    """An order of these lines, accepted, promised and at the warehouse."""
    row, _ = orders.place(an_order(lines=lines, **order))
    accept_order(step())
    reserve_stock(step())
    stock.allocate(order_number=row.number)
    Order.objects.update(state=OrderState.RELEASED)
    return Order.objects.get()


def leaves(number: str, *parts: tuple[str, str, int]) -> Parcel:
    """A parcel with units of lines leaves, and is booked."""
    lines = tuple(ShipmentLine(line_id=line, sku=sku, quantity=units) for line, sku, units in parts)
    shipment: Shipment = a_shipment(shipment_id=number, lines=lines)
    record_found_shipment(step(number, started_by={"shipment": shipment.model_dump(mode="json")}))
    book_sale(step(number))
    return Parcel.objects.get(shipment_id=number)


def booked(role: str) -> int:
    return sum(JournalLine.objects.filter(account__role=role).values_list("amount_minor", flat=True))


def kinds() -> list[str]:
    return list(OrderLine.objects.values_list("kind", flat=True))


def parked(*lines: Any, **order: Any) -> str:
    """What acceptance asks of a person."""
    orders.place(an_order(lines=lines, **order))
    with pytest.raises(NeedsPerson) as asked:
        accept_order(step())
    return str(asked.value)


def test_what_the_catalog_calls_a_service_is_one_whatever_the_channel_says() -> None:
    released(BOOT, WRAP, FEE)
    assert kinds() == ["goods", "gift_wrap", "fee"]


def test_services_take_no_stock() -> None:
    released(BOOT, WRAP, FEE)
    assert list(Reservation.objects.values_list("sku", flat=True)) == ["BOOT-42"]


def test_services_are_billed_with_the_first_goods_that_leave() -> None:
    released(a_line(quantity=2, tax=eur(3800)), WRAP, FEE)
    first, second = leaves("P-1", ("1", "BOOT-42", 1)), leaves("P-2", ("1", "BOOT-42", 1))
    assert (first.total_minor, second.total_minor) == (11900 + 800, 11900)


def test_services_earn_for_their_own_accounts_and_cost_nothing() -> None:
    released(BOOT, WRAP, FEE)
    leaves("P-1", ("1", "BOOT-42", 1))
    assert {role: booked(role) for role in ("REV", "WRAPREV", "FEEREV", "TAX", "COGS")} == {
        "REV": -10000, "WRAPREV": -420, "FEEREV": -252, "TAX": -2028, "COGS": 4000,
    }  # fmt: skip


def test_an_order_is_shipped_when_its_goods_are() -> None:
    order = released(BOOT, WRAP)
    leaves("P-1", ("1", "BOOT-42", 1))
    order.refresh_from_db()
    assert order.state == OrderState.SHIPPED


def test_services_alone_park_the_order() -> None:
    assert "no goods, only services" in parked(WRAP)


def test_services_are_cancelled_with_the_last_of_the_goods() -> None:
    released(BOOT, WRAP)
    cancellations.request(
        number="W-1001", key="k", asked_by=AskedBy.CUSTOMER, units={"1": 1}, now=clock.now()
    )  # fmt: skip
    assert list(OrderLine.objects.values_list("cancel_requested", flat=True)) == [1, 1]


def test_services_stay_while_other_goods_do() -> None:
    released(a_line(quantity=2, tax=eur(3800)), WRAP)
    cancellations.request(
        number="W-1001", key="k", asked_by=AskedBy.CUSTOMER, units={"1": 1}, now=clock.now()
    )  # fmt: skip
    assert list(OrderLine.objects.values_list("cancel_requested", flat=True)) == [1, 0]


def test_services_do_not_come_back() -> None:
    order = released(BOOT, WRAP)
    leaves("P-1", ("1", "BOOT-42", 1))
    assert {name: line.returnable for name, line in sold(order).items()} == {"1": True, "2": False}


def test_of_an_order_its_channel_cancels_too_late_only_goods_are_asked_back() -> None:
    released(BOOT, WRAP)
    leaves("P-1", ("1", "BOOT-42", 1))
    cancellations.request(number="W-1001", key="k", asked_by=AskedBy.CHANNEL, now=clock.now())
    [asked] = Fact.objects.filter(name="order.return_needed")
    assert [line["line_id"] for line in asked.data["lines"]] == ["1"]


def test_a_line_for_nothing_is_a_free_gift_that_costs_us_and_earns_nothing() -> None:
    released(BOOT, a_line(line_id="2", sku="COAT-1", discount=eur(11900), tax=eur(0)))
    leaves("P-1", ("1", "BOOT-42", 1), ("2", "COAT-1", 1))
    assert kinds() == ["goods", "free_gift"]
    assert (booked("COGS"), booked("REV") + booked("DISC")) == (8000, -10000)


def test_a_free_gift_that_costs_something_is_no_order() -> None:
    with pytest.raises(ValidationError, match="is a free gift and costs"):
        an_order(lines=(a_line(kind=LineKind.FREE_GIFT),))


def test_a_bundle_earns_for_the_accounts_of_its_parts_by_what_they_cost_alone() -> None:
    Product.objects.filter(sku="COAT-1").update(revenue_role="FEEREV", price_minor=23800)
    BundlePart.objects.create(bundle="SET", part="BOOT-42", units=1)
    BundlePart.objects.create(bundle="SET", part="COAT-1", units=1)
    released(a_line(sku="SET", unit_price=eur(17850), tax=eur(2850)))
    leaves("P-1", ("1", "BOOT-42", 1), ("1", "COAT-1", 1))
    assert (booked("REV"), booked("FEEREV")) == (-5000, -10000)


def test_whoever_sends_it_is_asked_to_wrap_it_and_to_check_the_age() -> None:
    Product.objects.filter(sku="BOOT-42").update(min_age=18)
    assert instructions_of(released(BOOT, WRAP)) == (
        "Gift wrap it.", "Hand over only against proof of age: 18 or older.",
    )  # fmt: skip


def test_what_has_an_age_limit_is_not_collected_where_nobody_is() -> None:
    Product.objects.filter(sku="BOOT-42").update(min_age=18)
    Node.objects.filter(code="STORE-001").update(attended=False)
    assert "nobody is at STORE-001 to check" in parked(BOOT, pickup_node="STORE-001")


def test_a_renewal_carries_its_contract() -> None:
    released(a_line(contract="SUB-7"))
    assert list(OrderLine.objects.values_list("kind", "contract")) == [("subscription_renewal", "SUB-7")]


def test_a_renewal_without_a_contract_is_no_order() -> None:
    with pytest.raises(ValidationError, match="without a contract"):
        an_order(lines=(a_line(kind=LineKind.SUBSCRIPTION_RENEWAL),))


def test_what_is_not_out_yet_is_a_pre_order_with_a_day_and_nothing_is_taken_before_it_leaves() -> None:
    day = clock.now().date() + timedelta(days=30)
    Product.objects.filter(sku="BOOT-42").update(released_on=day)
    released(BOOT, placed_at=clock.now())
    assert list(OrderLine.objects.values_list("kind", "promised_on")) == [("pre_order", day)]
    assert Payment.objects.get().capture_at == "shipment"


def test_another_unit_than_the_catalogs_parks_the_order() -> None:
    Product.objects.filter(sku="BOOT-42").update(unit="PR")
    assert "sold by EA there and kept by PR here" in parked(BOOT)


def test_an_account_nobody_has_named_parks_the_order() -> None:
    Product.objects.filter(sku="BOOT-42").update(revenue_role="NOBODY")
    assert "no active account has the role 'NOBODY'" in parked(BOOT)


def test_an_address_without_a_street_parks_the_order() -> None:
    street = an_order().ship_to.model_copy(update={"line1": ""})
    assert "the delivery address has no street" in parked(BOOT, ship_to=street)
