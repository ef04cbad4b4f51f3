"""Goods come back and others go for them: even, uneven, at another store, in another currency, from a till."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from canonical.ids import receipt_number
from process_apis.cases.models import Case
from process_apis.catalog.models import Channel, FxRate, Node, Product
from process_apis.ledger import services as ledger
from process_apis.ledger.models import JournalLine
from process_apis.orders.models import Order
from process_apis.return_to_refund import exchanges, tickets
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.exchanges import Difference, Wanted
from process_apis.return_to_refund.models import Exchange
from process_apis.return_to_refund.tickets import Ticket, TicketLine
from process_apis.returns.models import Return
from process_apis.stored_value.models import ValueAccount
from retail_platform.kernel import clock
from tests.callers import Caller, a_key, problem
from tests.experience.desk import signed_in
from tests.factories import NOON, a_catalog, eur, on_hand
from tests.playing import Play, books, desk, playing
from tests.sandbox_process import SandboxProcess
from tests.taking_back import at, comes_back, in_dollars, owed, shipped, sums_up

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def a_counter() -> None:
    """A store with socks on the shelf that hands goods over."""
    Node.objects.filter(code="STORE-001").update(offers_pickup=True)
    on_hand({"SOCK-1": 5}, node="STORE-001")


def exchanged(play: Play, order: Order, *, back: str, wanted: list[Wanted], **changes: Any) -> tuple[Return, Order]:
    """One unit of a line for other goods, to the end of both journeys."""
    parent = exchanges.open_exchange(
        number=order.number, key="x-1", lines=[Asked(back, 1)], wanted=wanted, now=clock.now(), **changes
    )
    comes_back(parent)
    play.go()
    parent.refresh_from_db()
    new = Order.objects.get(number=Exchange.objects.get(parent=parent).order_number)
    if not new.pickup_node:
        play.parcels_leave(new.number)
    new.refresh_from_db()
    return parent, new


def payments_of(order: Order) -> dict[str, tuple[int, int]]:
    """Captured and given back of each kind of tender."""
    return {p.kind: (p.captured_minor, p.refunded_minor) for p in order.payments.all()}


def test_an_even_exchange_moves_no_money(play: Play) -> None:
    order = shipped(play)

    parent, new = exchanged(play, order, back="2", wanted=[Wanted("SOCK-1", 1)])

    assert (parent.state, new.state) == ("closed", "closed")
    assert payments_of(new) == {"store_credit": (11900, 0)}
    assert play.sandbox.effects(system="payments", operation="refund") == []
    assert (at("COAT-1"), at("SOCK-1")) == ((10, 0), (9, 0))
    assert (owed(order.number), books(order.number)["SC"] + books(new.number)["SC"]) == (0, 0)
    assert books(new.number).get("DEP", 0) == 0
    sums_up(play)


def test_dearer_goods_are_paid_on_top(play: Play) -> None:
    order = shipped(play)
    Product.objects.filter(sku="SOCK-1").update(price_minor=15000)

    parent, new = exchanged(
        play, order, back="2", wanted=[Wanted("SOCK-1", 1)], difference=Difference("card", "tok_visa")
    )

    assert payments_of(new) == {"store_credit": (11900, 0), "card": (3100, 0)}
    assert (parent.state, owed(order.number), books(new.number)["PSP"]) == ("closed", 0, 3100)
    sums_up(play)


def test_of_cheaper_goods_the_rest_goes_back_to_the_card(play: Play) -> None:
    order = shipped(play)
    Product.objects.filter(sku="SOCK-1").update(price_minor=4000)

    parent, new = exchanged(play, order, back="2", wanted=[Wanted("SOCK-1", 2)])

    assert payments_of(new) == {"store_credit": (8000, 0)}
    assert [each["amount"] for each in play.sandbox.effects(system="payments", operation="refund")] == [3900]
    assert (parent.state, owed(order.number)) == ("closed", 0)
    sums_up(play)


def test_finance_sees_on_the_return_what_was_had_instead_and_how_the_rest_was_paid(play: Play) -> None:
    order = shipped(play)
    Product.objects.filter(sku="SOCK-1").update(price_minor=15000)
    token = Difference("card", "tok_visa")
    parent, new = exchanged(play, order, back="2", wanted=[Wanted("SOCK-1", 1)], difference=token)

    page = signed_in("mia", group="finance").get(f"/admin/returns/return/{parent.pk}/change/").content.decode()

    assert all(said in page for said in ("1 x SOCK-1", "150.00 EUR", new.number))
    assert "tok_visa" not in page


def test_dearer_goods_with_nothing_to_pay_them_are_refused(play: Play) -> None:
    order = shipped(play)
    with pytest.raises(exchanges.ExchangeRefused, match=r"119.00 EUR more"):
        exchanges.open_exchange(
            number=order.number, key="x", lines=[Asked("2", 1)], wanted=[Wanted("SOCK-1", 2)], now=clock.now()
        )


def test_goods_of_which_fewer_came_back_than_agreed_are_refunded_and_somebody_tells_the_customer(play: Play) -> None:
    order = shipped(play)
    parent = exchanges.open_exchange(
        number=order.number, key="x", lines=[Asked("1", 2)], wanted=[Wanted("SOCK-1", 2)], now=clock.now()
    )
    comes_back(parent, units=1)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, owed(order.number), Order.objects.count()) == ("closed", 0, 1)
    assert order.payments.get().refunded_minor == 11900
    assert any("came to nothing" in title for title in desk())


def test_goods_that_are_sold_out_leave_the_customer_with_the_credit(play: Play) -> None:
    order = shipped(play)
    a_catalog(skus=("NONE-1",))
    parent = exchanges.open_exchange(
        number=order.number, key="x", lines=[Asked("2", 1)], wanted=[Wanted("NONE-1", 1)], now=clock.now()
    )
    comes_back(parent)
    play.go()

    new = Order.objects.get(number=Exchange.objects.get().order_number)
    assert (new.state, ValueAccount.objects.get(kind="store_credit").balance_minor) == ("cancelled", 11900)
    assert any("cannot be had" in title for title in desk())
    sums_up(play)


def test_an_exchange_at_another_store_and_in_another_currency_ties_out_in_both(play: Play) -> None:
    Channel.objects.create(code="us", name="Our shop abroad", currency="USD")
    FxRate.objects.create(on=ledger.business_day(), base="USD", quote="EUR", rate=Decimal("0.90"), source="ECB")
    a_counter()
    order = shipped(play, in_dollars())

    parent, new = exchanged(
        play, order, back="1", wanted=[Wanted("SOCK-1", 1)], channel="web", node="STORE-001",
        difference=Difference("card", "tok_visa"), handed_over=True,
    )  # fmt: skip

    assert payments_of(new) == {"store_credit": (10710, 0), "card": (1190, 0)}
    assert (parent.state, new.state, new.currency, at("SOCK-1", "STORE-001")) == ("closed", "closed", "EUR", (4, 0))
    legs = JournalLine.objects.filter(entry__order_number=order.number, account__role="FX")
    assert set(legs.values_list("entry__currency", "amount_minor")) == {("USD", -11900), ("EUR", 10710)}
    assert owed(order.number) == 0
    sums_up(play)


def a_ticket(*, price: int, **changes: Any) -> Ticket:
    """A coat came back at 119.00, socks were sold, and the difference went over the counter."""
    lines = (TicketLine("COAT-1", -1, eur(11900), line_id="2"), TicketLine("SOCK-1", 1, eur(price)))
    fields: dict[str, Any] = {
        "store": "STORE-001", "till": "1", "number": "4711", "business_date": NOON.date(), "sale": "W-1001",
        "lines": lines, "net": eur(price - 11900), "paid_with": "till_cash" if price > 11900 else "",
    }  # fmt: skip
    return Ticket(**{**fields, **changes})


@pytest.mark.parametrize(
    ("price", "paid", "till"),
    [(15000, {"store_credit": 11900, "till_cash": 3100}, 0), (4000, {"store_credit": 4000}, -7900)],
)
def test_a_ticket_rung_up_offline_is_a_return_and_a_sale(
    play: Play, price: int, paid: dict[str, int], till: int
) -> None:
    order = shipped(play)
    a_counter()

    parent = tickets.take(a_ticket(price=price), staff="kim", now=clock.now())
    play.go()

    parent.refresh_from_db()
    new = Order.objects.get(number=Exchange.objects.get().order_number)
    assert (parent.state, new.state, owed(order.number)) == ("closed", "closed", 0)
    assert {p.kind: p.captured_minor for p in new.payments.all()} == paid
    assert (at("COAT-1", "STORE-001"), at("SOCK-1", "STORE-001")) == ((1, 0), (4, 0))
    assert books(order.number).get("TILL", 0) == till
    sums_up(play)


def test_a_ticket_sent_twice_is_booked_once(play: Play) -> None:
    shipped(play)
    a_counter()
    first = tickets.take(a_ticket(price=15000), staff="kim", now=clock.now())
    play.go()

    assert tickets.take(a_ticket(price=15000), staff="kim", now=clock.now()) == first
    assert Exchange.objects.count() == 1


def test_another_ticket_under_the_same_number_is_refused(play: Play) -> None:
    shipped(play)
    a_counter()
    tickets.take(a_ticket(price=15000), staff="kim", now=clock.now())
    with pytest.raises(tickets.TicketDiffers):
        tickets.take(a_ticket(price=14000), staff="kim", now=clock.now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"net": eur(1)},
        {"paid_with": ""},
        {"lines": (TicketLine("SOCK-1", 1, eur(3100)),)},
        {"lines": (TicketLine("COAT-1", -1, eur(10000), line_id="2"), TicketLine("SOCK-1", 1, eur(13100)))},
    ],
)
def test_a_ticket_that_does_not_add_up_is_refused_and_changes_nothing(play: Play, wrong: dict[str, Any]) -> None:
    shipped(play)
    a_counter()
    with pytest.raises(tickets.TicketRefused):
        tickets.take(a_ticket(price=15000, **wrong), staff="kim", now=clock.now())
    assert not Return.objects.exists()


def sent_in(*, net: str, sale: str = "W-1001") -> Any:
    """The answer to a ticket of a coat at 119.00 that came back and socks for 150.00, as a till sends it."""
    wish = {
        "store": "STORE-001", "till": "1", "number": "4711", "business_date": "2026-03-02", "sale": sale,
        "staff": "kim", "paid_with": "till_cash", "net": {"amount": net, "currency": "EUR"},
        "lines": [
            {"sku": "COAT-1", "quantity": -1, "line_id": "2", "unit_price": {"amount": "119.00", "currency": "EUR"}},
            {"sku": "SOCK-1", "quantity": 1, "unit_price": {"amount": "150.00", "currency": "EUR"}},
        ],
    }  # fmt: skip
    till = Caller(a_key(name="till", scopes=["process.write"]))
    return till.post("/api/process/return_to_refund/v1/exchange-tickets", wish)


@pytest.mark.parametrize(("net", "sale"), [("1.00", "W-1001"), ("31.00", "W-9999"), ("31.00", "W-1001*?")])
def test_a_ticket_that_is_refused_is_kept_as_a_case_with_all_it_says(play: Play, net: str, sale: str) -> None:
    shipped(play)
    a_counter()

    told = problem(sent_in(net=net, sale=sale))

    kept = Case.objects.get(fingerprint__startswith="refused-ticket:STORE-001:1:")
    assert (kept.state, kept.subject) == ("open", sale)
    assert told["detail"] in kept.detail
    assert "COAT-1" in kept.detail


def test_a_ticket_sent_again_as_it_should_be_closes_its_case(play: Play) -> None:
    shipped(play)
    a_counter()
    problem(sent_in(net="1.00"))

    assert sent_in(net="31.00", sale=receipt_number("W-1001")).status_code == 202

    assert Case.objects.get(fingerprint__startswith="refused-ticket:").state == "resolved"


def test_an_exchange_is_agreed_over_http(play: Play) -> None:
    shipped(play)
    desk_key = Caller(a_key(name="desk", scopes=["process.write"]))
    wish = {
        "order_number": "W-1001",
        "lines": [{"line_id": "2", "units": 1}],
        "wanted": [{"sku": "SOCK-1", "quantity": 1}],
    }

    agreed = desk_key.post("/api/process/return_to_refund/v1/exchanges", wish)

    assert (agreed.status_code, agreed.json()["costs"]) == (202, {"amount": "119.00", "currency": "EUR"})
    assert Exchange.objects.get().parent.number == agreed.json()["return_number"]


def test_what_is_still_to_be_paid_is_said_over_http(play: Play) -> None:
    shipped(play)
    desk_key = Caller(a_key(name="desk", scopes=["process.write"]))
    wish = {
        "order_number": "W-1001",
        "lines": [{"line_id": "2", "units": 1}],
        "wanted": [{"sku": "SOCK-1", "quantity": 2}],
    }

    told = problem(desk_key.post("/api/process/return_to_refund/v1/exchanges", wish))

    assert (told["status"], told["errors"][0]["pointer"]) == (422, "/payment")
