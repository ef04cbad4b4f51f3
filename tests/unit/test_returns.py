"""Returns, played against the sandbox: goods and money both end up where they belong, once."""

from collections.abc import Iterator
from typing import Any

import pytest

from canonical.order import Tender, TenderState
from process_apis.orders import returning
from process_apis.orders.models import Order, OrderLine, Parcel, ParcelState, Payment
from process_apis.return_to_refund import opening, paying, receiving
from process_apis.return_to_refund.decisions import Asked
from process_apis.return_to_refund.receiving import Came
from process_apis.returns import services
from process_apis.returns.models import (
    Disposition,
    Receipt,
    ReceiptLine,
    Refund,
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
from tests.factories import a_line, an_order, eur
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
        receiving.inspect(line.id, disposition=disposition, by="Ina", now=clock.now())


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
