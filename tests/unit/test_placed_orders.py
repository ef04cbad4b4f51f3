"""Orders of a portal and of a till on their way through the journey: tax on top, deposits in the till, money back."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from canonical.order import Address, Customer, LineKind
from process_apis.catalog.models import Channel, Product
from process_apis.order_to_cash import paying, placing
from process_apis.orders.models import Order, ParcelTender, Payment
from retail_platform.kernel import clock
from system_apis.erp.vendors.sandbox import mapping
from system_apis.terms import CallKey
from tests.factories import a_line, an_order, eur
from tests.playing import AT_ONCE_MS, Play, books, desk, money, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
PLACE = Address(name="Ada", line1="Hauptstr. 1", city="Berlin", postcode="10115", country="DE")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        Channel.objects.create(code="trade", name="T", currency="EUR", taxes_included=False, shipping_minor=500,
                               also_pays_with=["invoice_terms"])  # fmt: skip
        Channel.objects.create(code="till", name="Tills", currency="EUR")
        yield shop


def placed(channel: str, **changes: object) -> Order:
    fields: dict[str, object] = {
        "channel": channel, "name": "X-1", "customer": Customer(name="Ada", email="ada@example.com"), "ship_to": PLACE,
        "lines": [placing.Wish("BOOT-42", 1), placing.Wish("COAT-1", 2)], "payments": [{"kind": "invoice_terms"}],
    }  # fmt: skip
    return placing.place(placing.Draft(**{**fields, **changes}), now=clock.now())  # type: ignore[arg-type]


def at_the_till() -> Order:
    return placed(
        "till", payments=[{"kind": "till_cash", "token": "R-1"}], offered=paying.taken_at_till, sold_at="STORE-001"
    )  # fmt: skip


def test_tax_comes_on_top_where_prices_are_without_it(play: Play) -> None:
    order = placed("trade")
    play.go()
    order.refresh_from_db()
    net = 3 * 11900 + 500
    assert (order.total_minor, Payment.objects.get().amount_minor) == (net + net * 19 // 100, order.total_minor)


def test_a_business_owes_what_is_invoiced_with_tax_and_pays_later(play: Play) -> None:
    order = placed("trade")
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={order.number: 1})
    play.go()
    play.parcels_leave(order.number)
    order.refresh_from_db()
    assert books(order.number) == {
        "AR": order.total_minor, "REV": -35700, "SHIPREV": -500, "TAX": -(order.total_minor - 36200), "COGS": 12000,
        "INV": -12000,
    }  # fmt: skip
    assert ParcelTender.objects.get().due_on is not None


def test_what_a_till_took_is_a_deposit_until_the_goods_leave(play: Play) -> None:
    order = at_the_till()
    play.go()
    assert books(order.number) == {"TILL": 35700, "DEP": -35700}


def test_what_a_till_took_is_earned_when_the_goods_leave(play: Play) -> None:
    order = at_the_till()
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={order.number: 1})
    play.go()
    play.parcels_leave(order.number)
    assert books(order.number) == {"TILL": 35700, "REV": -30000, "TAX": -5700, "COGS": 12000, "INV": -12000}


def test_the_store_is_asked_to_give_back_what_is_cancelled_and_the_books_say_it_has(play: Play) -> None:
    order = at_the_till()
    play.go()
    play.cancel(order.number, {"1": 1})
    play.go()
    play.later(3)
    assert desk() == [f"STORE-001 is to give 119.00 EUR of order {order.number} back to the customer"]
    assert books(order.number) == {"TILL": 23800, "DEP": -23800}


def test_the_store_is_asked_to_give_all_of_it_back_when_all_is_cancelled(play: Play) -> None:
    order = at_the_till()
    play.go()
    play.cancel(order.number)
    play.go()
    play.later(3)
    assert desk() == [f"STORE-001 is to give 357.00 EUR of order {order.number} back to the customer"]
    assert (books(order.number), money(order.number)) == ({}, (35700, 35700, 0))


def test_the_erp_is_told_the_contract_the_day_and_the_buyers_own_number() -> None:
    line = a_line(kind=LineKind.SUBSCRIPTION_RENEWAL, contract="SUB-7", wanted_on=date(2027, 3, 1))
    told = mapping.to_sales_order(an_order(lines=(line,), purchase_order="PO-1"), key=CallKey("k"))
    assert (told["lines"][0]["contractReference"], told["lines"][0]["requestedDeliveryDate"]) == ("SUB-7", "2027-03-01")
    assert told["customerPurchaseOrder"] == "PO-1"


def test_a_pre_order_is_not_charged_before_it_leaves(play: Play) -> None:
    Product.objects.filter(sku="BOOT-42").update(released_on=clock.now().date() + timedelta(days=30))
    play.place(an_order(placed_at=clock.now(), lines=(a_line(tax=eur(1900)),)))
    play.go()
    assert (play.run_of("W-1001").step, money("W-1001")) == ("let_cancellations_in", (0, 0, 0))
