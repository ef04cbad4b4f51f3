"""Pieces that are told apart: the numbers read as they left are compared with those that come back."""

from collections.abc import Iterator

import pytest

from process_apis.cases.models import Case, CaseKind
from process_apis.orders import serials
from process_apis.orders.models import ShippedSerial
from process_apis.return_to_refund import inspecting, opening, receiving
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns.models import Disposition, ReceiptLine, Return, Suspicion
from retail_platform.kernel import clock
from tests.factories import a_line, an_order, eur
from tests.playing import Play, money, playing
from tests.returning import NUMBER, sent
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    """Two boots have left, and the warehouse has read the number of each."""
    with playing(sandbox) as shop:
        sandbox.setup(serialised=["BOOT-42"])
        sent(shop, an_order(lines=(a_line(quantity=2, tax=eur(3800)),)))
        yield shop


def read() -> list[str]:
    return serials.shipped(NUMBER, line_id="1", sku="BOOT-42")


def back(serial: str, *, key: str = "r-1", announced: str = "") -> ReceiptLine:
    """One boot of the order comes back with this number on it."""
    asked = [Asked("1", 1, serial=announced)]
    parent = opening.open_return(number=NUMBER, key=key, lines=asked, now=clock.now())
    came = [Came("BOOT-42", 1, serial=serial)]
    receipt = receiving.receive(
        key=f"rec-{key}", node="WH-1", lines=came, by="Tim", now=clock.now(), return_number=parent.number
    )
    return receipt.lines.get()


def test_the_numbers_that_a_warehouse_reads_are_kept_with_the_parcel(play: Play) -> None:
    assert len(read()) == 2


def test_a_piece_that_was_sent_is_not_suspect_whatever_the_customer_typed(play: Play) -> None:
    assert back(read()[0], announced="SN-0").suspect == ""


def test_a_piece_that_was_not_sent_is_suspect_though_it_was_announced(play: Play) -> None:
    assert back("SN-999", announced="SN-999").suspect == Suspicion.SERIAL_MISMATCH


def test_a_piece_that_was_not_sent_is_in_the_fraud_queue_beside_what_was_sent(play: Play) -> None:
    back("SN-999")

    detail = Case.objects.get(kind=CaseKind.FRAUD).detail
    assert all(number in detail for number in ("SN-999", *read()))


def test_nobody_is_paid_for_a_piece_that_was_not_sent(play: Play) -> None:
    back("SN-999")
    play.go()
    play.later()

    assert money(NUMBER)[1] == 0


def test_one_piece_does_not_come_back_twice(play: Play) -> None:
    first = back(read()[0])
    inspecting.inspect(first.id, disposition=Disposition.RESTOCK, by="Ina", now=clock.now())
    play.go()

    assert back(read()[0], key="r-2").suspect == Suspicion.SERIAL_MISMATCH


def test_a_piece_that_was_sent_back_to_the_customer_may_come_again(play: Play) -> None:
    first = back(read()[0])
    inspecting.inspect(first.id, disposition=Disposition.TO_CUSTOMER, by="Ina", now=clock.now())
    play.go()

    assert (Return.objects.get().state, back(read()[0], key="r-2").suspect) == ("rejected", "")


def test_where_not_every_piece_was_read_the_announced_number_is_compared(play: Play) -> None:
    ShippedSerial.objects.filter(serial=read()[0]).delete()

    assert (back("SN-1", announced="SN-1").suspect, back("SN-2", key="r-2", announced="SN-3").suspect) == (
        "", Suspicion.SERIAL_MISMATCH,
    )  # fmt: skip
