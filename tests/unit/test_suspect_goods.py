"""Empty boxes and other serial numbers: set aside for nothing, looked into by others, and not paid for meanwhile."""

from collections.abc import Iterator

import pytest

from process_apis.cases.models import Case, CaseKind, CaseState
from process_apis.orders.models import Order, OrderLine
from process_apis.return_to_refund import at_store, inspecting, opening, receiving
from process_apis.return_to_refund.at_store import Handed
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns import services
from process_apis.returns.models import Disposition, ReceiptLine, Return, Suspicion
from process_apis.stock.models import StockPosition
from retail_platform.kernel import clock
from tests.playing import Play, books, money, playing
from tests.returning import NUMBER, sent
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        sent(shop)
        yield shop


def a_suspect(play: Play, *, serial: str = "", suspect: str = Suspicion.EMPTY_BOX) -> ReceiptLine:
    """A boot of the order that came back and is under suspicion, all booked."""
    parent = opening.open_return(number=NUMBER, key="r-1", lines=[Asked("1", 1, serial="SN-1")], now=clock.now())
    came = [Came("BOOT-42", 1, serial=serial, suspect=suspect)]
    receiving.receive(key="rec", node="WH-1", lines=came, by="Tim", now=clock.now(), return_number=parent.number)
    play.go()
    return ReceiptLine.objects.get()


def looked_at(play: Play, line: ReceiptLine, disposition: Disposition, *, suspect: str | None, by: str = "Ina") -> str:
    """Somebody says what becomes of the goods; how the return stands after that."""
    inspecting.inspect(line.id, disposition=disposition, by=by, now=clock.now(), suspect=suspect)
    play.go()
    return str(Return.objects.get().state)


def test_an_empty_box_is_a_case_of_its_own_kind(play: Play) -> None:
    a_suspect(play)

    case = Case.objects.get(kind=CaseKind.FRAUD)
    assert (case.owner, case.title) == ("loss-prevention", "1 x BOOT-42 came back to WH-1, and the box is empty")


def test_an_empty_box_lies_in_quarantine_for_nothing(play: Play) -> None:
    before = books(NUMBER)
    a_suspect(play)

    position = StockPosition.objects.get(sku="BOOT-42", node="WH-1")
    assert (position.quarantine, books(NUMBER).get("INVQ", 0), books(NUMBER)["COGS"]) == (1, 0, before["COGS"])


def test_nobody_is_paid_for_an_empty_box(play: Play) -> None:
    a_suspect(play)
    play.later()

    assert (Return.objects.get().memos.count(), money(NUMBER)[1]) == (0, 0)


def test_another_serial_number_is_suspect_by_itself(play: Play) -> None:
    assert a_suspect(play, serial="SN-2", suspect="").suspect == Suspicion.SERIAL_MISMATCH


def test_the_announced_serial_number_is_not_suspect(play: Play) -> None:
    assert a_suspect(play, serial="SN-1", suspect="").suspect == ""


def test_goods_may_be_found_suspect_when_they_are_looked_at(play: Play) -> None:
    line = a_suspect(play, suspect="")
    looked_at(play, line, Disposition.QUARANTINE, suspect=Suspicion.OTHER_ITEM, by="Tim")

    assert (Case.objects.filter(kind=CaseKind.FRAUD).count(), books(NUMBER).get("INVQ", 0)) == (1, 0)


def test_goods_that_are_cleared_are_paid_for_and_worth_their_cost_again(play: Play) -> None:
    line = a_suspect(play)
    state = looked_at(play, line, Disposition.RESTOCK, suspect="")

    assert (state, money(NUMBER)[1]) == ("closed", 11900)
    assert {role: books(NUMBER).get(role, 0) for role in ("INVQ", "COGS", "INV")} == {"INVQ": 0, "COGS": 0, "INV": 0}


def test_a_cleared_suspicion_closes_its_case(play: Play) -> None:
    looked_at(play, a_suspect(play), Disposition.RESTOCK, suspect="")

    case = Case.objects.get(kind=CaseKind.FRAUD)
    assert (case.state, case.resolution) == (CaseState.RESOLVED, "as they should be; restock")


def test_what_is_not_what_was_sold_is_not_paid_for_and_its_unit_may_still_come(play: Play) -> None:
    state = looked_at(play, a_suspect(play), Disposition.DESTROY, suspect=None)

    assert (state, money(NUMBER)[1], OrderLine.objects.get().returned) == ("rejected", 0, 0)
    assert "WOFF" not in books(NUMBER)


def test_what_is_suspect_is_not_put_on_the_shelf(play: Play) -> None:
    line = a_suspect(play)

    with pytest.raises(services.WrongState):
        inspecting.inspect(line.id, disposition=Disposition.RESTOCK, by="Ina", now=clock.now())


def test_who_had_the_suspicion_does_not_clear_it(play: Play) -> None:
    line = a_suspect(play, suspect="")
    looked_at(play, line, Disposition.QUARANTINE, suspect=Suspicion.OTHER_ITEM, by="Tim")

    with pytest.raises(services.SecondPersonNeeded):
        inspecting.inspect(line.id, disposition=Disposition.RESTOCK, by="Tim", now=clock.now(), suspect="")


def test_a_store_cannot_put_on_the_shelf_what_it_finds_suspect(play: Play) -> None:
    order = Order.objects.get()
    handed = [Handed("BOOT-42", 1, "1", disposition="restock", suspect=Suspicion.EMPTY_BOX)]
    at_store.with_receipt(key="s", order=order, node="STORE-001", handed=handed, staff="kim", now=clock.now())
    play.go()

    assert (ReceiptLine.objects.get().disposition, money(NUMBER)[1]) == ("quarantine", 0)
