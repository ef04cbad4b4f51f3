"""Returns, played against the sandbox: goods and money both end up where they belong, once."""

from collections.abc import Iterator
from typing import Any

import pytest

from canonical.order import Tender, TenderState
from process_apis.orders import parcels, returning
from process_apis.orders.models import AskedBy, Order, OrderLine, Parcel, ParcelState
from process_apis.return_to_refund import inspecting, opening, paying, receiving, turning_away
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns import services
from process_apis.returns.models import (
    Disposition,
    ReceiptLine,
    RefundState,
    RefundWay,
    Return,
    ReturnKind,
    ReturnPolicy,
)
from process_apis.stock.models import StockPosition
from process_apis.stored_value import numbers
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueAccount, ValueKind
from retail_platform.kernel import clock
from tests.factories import NOON, a_line, an_order, eur
from tests.playing import AT_ONCE_MS, Play, books, desk, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox_process: SandboxProcess, db: None) -> Iterator[Play]:
    with playing(sandbox_process) as shop:
        shop.sandbox.setup(ship_delay_ms=AT_ONCE_MS)
        yield shop


def shipped(play: Play, number: str = "W-1001", **changes: Any) -> Order:
    """An order that has left, is paid and booked: two boots and a coat unless told otherwise."""
    lines = (a_line(quantity=2, tax=eur(3800)), a_line(line_id="2", sku="COAT-1"))
    order = play.place(an_order(number=number, channel_order_id=number, **{"lines": lines, **changes}))
    play.go()
    play.parcels_leave(number)
    return Order.objects.get(id=order.id)


def asks(order: Order, units: dict[str, int], key: str = "r-1", **changes: Any) -> Return:
    lines = [Asked(line_id, count) for line_id, count in units.items()]
    return opening.open_return(number=order.number, key=key, lines=lines, now=clock.now(), **changes)


def comes_back(parent: Return, disposition: Disposition = Disposition.RESTOCK) -> None:
    came = [Came(line.sku, line.units, line.line_id) for line in parent.lines.all()]
    receiving.receive(key=f"rec-{parent.number}", node="WH-1", lines=came, now=clock.now(), return_number=parent.number)
    for line in ReceiptLine.objects.filter(receipt__parent=parent):
        inspecting.inspect(line.id, disposition=disposition, by="Ina", now=clock.now())


def at(sku: str) -> tuple[int, int]:
    """On hand, and in quarantine of that."""
    position = StockPosition.objects.get(sku=sku, node="WH-1")
    return position.on_hand, position.quarantine


def test_a_plain_return_is_credited_refunded_and_put_back(play: Play) -> None:
    order = shipped(play)

    parent = asks(order, {"1": 1})
    play.go()
    comes_back(parent)
    play.go()

    parent.refresh_from_db()
    payment = order.payments.get()
    assert (parent.state, parent.total_minor) == ("closed", 11900)
    assert (payment.captured_minor, payment.refunded_minor, payment.refunding_minor) == (35700, 11900, 0)
    assert at("BOOT-42") == (9, 0)
    assert books(order.number) == {
        "PSP": 23800, "REV": -30000, "RET": 10000, "TAX": -3800, "COGS": 8000, "INV": -8000,
    }  # fmt: skip
    assert [name for name in play.effects(order.number) if name in ("refund", "create_credit_memo")] == [
        "create_credit_memo", "refund",
    ]  # fmt: skip
    assert desk() == []


def test_a_refund_before_the_invoice_waits_for_the_sale_and_goes_on_by_itself(play: Play) -> None:
    order = shipped(play)
    Parcel.objects.update(state=ParcelState.CAPTURED)
    parent = asks(order, {"1": 1})
    comes_back(parent)
    play.go()
    parent.refresh_from_db()
    held = (parent.state, parent.held_for, parent.waits_for, books(order.number).get("RFL", 0))

    Parcel.objects.update(state=ParcelState.BOOKED)
    parcels.settle(Parcel.objects.get(), now=clock.now())
    play.go()

    parent.refresh_from_db()
    assert held == ("held", "no_sale", Parcel.objects.get().invoice_number, 0)
    assert parent.state == "closed"


def test_a_sale_that_stays_unbooked_is_brought_to_a_person(play: Play) -> None:
    order = shipped(play)
    Parcel.objects.update(state=ParcelState.CAPTURED)
    parent = asks(order, {"1": 1})
    comes_back(parent)
    play.go()

    play.later()

    assert desk() == [f"return {parent.number} cannot be refunded: its sale is still not booked"]


def test_a_split_tender_is_given_back_card_first_and_then_to_the_gift_card(play: Play) -> None:
    card = stored_value.open_account(kind=ValueKind.GIFT_CARD, number="6006-0001", currency="EUR")
    stored_value.load(card, minor=10000, key="load:1")
    tenders = (
        Tender(kind="gift_card", amount=eur(10000), state=TenderState.TOKEN, reference=numbers.reference_of(card.id)),
        Tender(kind="card", amount=eur(25700), state=TenderState.TOKEN, reference="tok_visa"),
    )
    order = shipped(play, tenders=tenders)

    parent = asks(order, {"1": 2, "2": 1})
    play.go()
    comes_back(parent)
    play.go()

    card.refresh_from_db()
    assert {r.way: r.amount_minor for r in parent.refunds.all()} == {"original": 25700, "gift_card": 10000}
    assert (card.balance_minor, card.held_minor) == (10000, 0)
    assert {role: books(order.number).get(role, 0) for role in ("RFL", "PSP", "GC", "DEP", "TAX")} == dict.fromkeys(
        ("RFL", "PSP", "GC", "DEP", "TAX"), 0
    )
    assert sum(p.captured_minor - p.refunded_minor for p in order.payments.all()) == 0


def test_an_expired_card_leaves_the_money_owed_until_somebody_pays_it_another_way(play: Play) -> None:
    order = shipped(play)
    parent = asks(order, {"2": 1})
    comes_back(parent)
    play.sandbox.fault("payments", "refuse", operation="refund", count=1, status=402)
    play.go()
    parent.refresh_from_db()
    failed = (parent.state, books(order.number)["RFL"], order.payments.get().refunding_minor)

    paying.otherwise(parent.refunds.get(), way=RefundWay.STORE_CREDIT, by="Ina")
    play.go()

    parent.refresh_from_db()
    account = ValueAccount.objects.get(kind=ValueKind.STORE_CREDIT)
    assert failed == ("refund_failed", -11900, 0)
    assert (parent.state, account.balance_minor, books(order.number).get("RFL", 0)) == ("closed", 11900, 0)
    assert [r.state for r in parent.refunds.order_by("key")] == [RefundState.REPLACED, RefundState.DONE]


def test_above_the_limit_a_second_person_has_to_agree(play: Play) -> None:
    ReturnPolicy.objects.create(approval_above_minor=10000)
    parent = asks(shipped(play), {"1": 1}, requested_by="Tim")
    play.go()
    parent.refresh_from_db()

    with pytest.raises(services.SecondPersonNeeded):
        services.authorise(parent, by="Tim")
    services.authorise(parent, by="Ina")
    comes_back(parent)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, parent.approved_by) == ("closed", "Ina")


def test_a_rejected_return_can_be_asked_for_again(play: Play) -> None:
    order = shipped(play)
    parent = asks(order, {"2": 1})
    play.go()

    turning_away.turn_away(parent, by="Ina", why="worn", now=clock.now())
    play.go()

    assert OrderLine.objects.get(order=order, line_id="2").returned == 0
    assert asks(order, {"2": 1}, key="r-2").state == "requested"
    assert play.run_of(parent.number, "return_to_refund").state == "done"


def test_goods_that_never_come_expire_and_nothing_is_owed(play: Play) -> None:
    order = shipped(play)
    parent = asks(order, {"2": 1})
    play.go()
    Return.objects.update(expires_at=NOON)

    turning_away.sweep()
    play.go()

    parent.refresh_from_db()
    assert (parent.state, books(order.number).get("RFL", 0)) == ("expired", 0)
    assert OrderLine.objects.get(order=order, line_id="2").returned == 0


def test_fewer_units_than_announced_are_credited_as_they_came(play: Play) -> None:
    order = shipped(play)
    parent = asks(order, {"1": 2})
    receiving.receive(key="rec", node="WH-1", lines=[Came("BOOT-42", 1)], now=clock.now(), return_number=parent.number)
    inspecting.inspect(ReceiptLine.objects.get().id, disposition=Disposition.RESTOCK, by="Ina", now=clock.now())
    play.go()

    parent.refresh_from_db()
    assert (parent.state, parent.total_minor, order.payments.get().refunded_minor) == ("closed", 11900, 11900)
    assert OrderLine.objects.get(order=order, line_id="1").returned == 1


def test_goods_may_come_before_anybody_announced_them(play: Play) -> None:
    order = shipped(play)
    receipt = receiving.receive(key="rec", node="STORE-001", lines=[Came("COAT-1", 1)], now=clock.now(), by="Tim")
    play.go()
    asked = desk()

    parent = asks(order, {"2": 1})
    receiving.attach(receipt, parent.number, by="Ina")
    inspecting.inspect(ReceiptLine.objects.get().id, disposition=Disposition.RESTOCK, by="Ina", now=clock.now())
    play.go()

    parent.refresh_from_db()
    assert asked == ["1 x COAT-1 came back to STORE-001, and nobody knows whose they are"]
    assert (parent.state, StockPosition.objects.get(sku="COAT-1", node="STORE-001").on_hand) == ("closed", 1)


@pytest.mark.parametrize(
    ("disposition", "stock", "legs"),
    [
        (Disposition.RESTOCK, (10, 0), {"INV": 0}),
        (Disposition.DESTROY, (9, 0), {"INV": -4000, "WOFF": 4000}),
        (Disposition.VENDOR_RETURN, (9, 0), {"INV": -4000, "AP": 4000}),
        (Disposition.QUARANTINE, (10, 1), {"INV": -4000, "INVQ": 4000}),
    ],
)
def test_what_becomes_of_goods_shows_in_stock_and_books(
    play: Play, disposition: Disposition, stock: tuple[int, int], legs: dict[str, int]
) -> None:
    order = shipped(play, lines=(a_line(),))
    comes_back(asks(order, {"1": 1}), disposition)
    play.go()

    assert at("BOOT-42") == stock
    assert {role: books(order.number).get(role, 0) for role in legs} == legs


def test_goodwill_gives_money_back_and_waits_for_no_goods(play: Play) -> None:
    order = shipped(play)
    parent = opening.open_return(
        number=order.number, key="g", kind=ReturnKind.GOODWILL, goodwill_minor=1190, now=clock.now()
    )
    play.go()

    parent.refresh_from_db()
    assert (parent.state, order.payments.get().refunded_minor) == ("closed", 1190)
    assert books(order.number)["RET"] == 1000


def test_a_fee_that_is_kept_is_income(play: Play) -> None:
    ReturnPolicy.objects.create(fee_percent={"opened": 10})
    order = shipped(play)
    parent = opening.open_return(number=order.number, key="f", lines=[Asked("2", 1, "opened")], now=clock.now())
    comes_back(parent)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, parent.total_minor, books(order.number)["OTHER"]) == ("closed", 10710, -1190)
    assert parent.arithmetic[1] == ["fee for the condition of COAT-1", -1190]


def test_a_worker_that_died_after_the_refund_gives_it_back_once(play: Play) -> None:
    order = shipped(play)
    parent = asks(order, {"2": 1})
    comes_back(parent)
    play.sandbox.fault("payments", "cut", operation="refund", count=1)
    play.go()
    play.later(3)

    parent.refresh_from_db()
    assert (parent.state, play.effects(order.number).count("refund")) == ("closed", 1)


def test_a_cancellation_that_came_too_late_becomes_a_return(play: Play) -> None:
    order = shipped(play)
    play.cancel(order.number, {"2": 1}, asked_by=AskedBy.CHANNEL)
    play.go()

    parent = Return.objects.get()
    assert (parent.requested_by, parent.state, parent.total_minor) == ("channel", "authorised", 11900)


def test_money_under_dispute_is_not_given_back_twice(play: Play) -> None:
    order = shipped(play)
    blocked = returning.disputed(order.payments.get(), minor=35700)

    with pytest.raises(returning.NothingLeftToRefund):
        returning.claim(order.payments.get(), minor=1)

    assert blocked == 35700
