"""Goods that go back to their supplier: the debit note, and what follows from what the supplier says."""

from collections.abc import Iterator

import pytest

from process_apis.ledger.models import JournalEntry
from process_apis.return_to_refund import inspecting, vendor_returns
from process_apis.returns import services
from process_apis.returns.models import DebitNote, DebitNoteState, Disposition, GoodsAfterRefusal, ReceiptLine
from retail_platform.kernel import clock
from tests.callers import Caller, a_key
from tests.experience.desk import signed_in
from tests.playing import Play, books, desk, playing
from tests.sandbox_process import SandboxProcess
from tests.taking_back import asks, at, comes_back, shipped, sums_up

pytestmark = pytest.mark.django_db
SUPPLIER = "Boots & Sons"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def sent_back(play: Play, *, supplier: str = SUPPLIER) -> DebitNote:
    """A boot that cost 40.00 came back, and goes on to its supplier."""
    parent = asks(shipped(play), {"1": 1})
    comes_back(parent, Disposition.QUARANTINE)
    line = ReceiptLine.objects.get()
    inspecting.inspect(line.id, disposition=Disposition.VENDOR_RETURN, supplier=supplier, by="Ina", now=clock.now())
    play.go()
    return DebitNote.objects.get()


def refused(play: Play, note: DebitNote, goods: GoodsAfterRefusal) -> None:
    vendor_returns.refuse(note, goods=goods, why="out of warranty", by="Mia", now=clock.now())
    play.go()


def test_a_debit_note_names_the_supplier_the_goods_and_their_cost(play: Play) -> None:
    note = sent_back(play)

    assert (note.supplier, note.total_minor, note.currency, note.lines) == (
        SUPPLIER, 4000, "EUR", [{"sku": "BOOT-42", "units": 1, "serial": "", "cost_minor": 4000}],
    )  # fmt: skip


def test_a_debit_note_names_the_entry_that_claims_its_cost(play: Play) -> None:
    note = sent_back(play)

    legs = JournalEntry.objects.get(reference=note.journal).lines.values_list("account__role", "amount_minor")
    assert dict(legs) == {"AP": 4000, "INVQ": -4000}


def test_the_erp_is_told_of_a_debit_note_by_one_entry_that_names_it(play: Play) -> None:
    note = sent_back(play)

    posted = play.sandbox.effects(system="erp", operation="post_journal")
    memos = JournalEntry.objects.get(reference=note.journal).lines.values_list("memo", flat=True)
    assert [each["subject"] for each in posted].count(note.journal) == 1
    assert all(memo.startswith(f"Debit note {note.number}, ") for memo in memos)


def test_a_supplier_who_accepts_owes_it_and_both_ledgers_say_so(play: Play) -> None:
    note = sent_back(play)

    vendor_returns.accept(note, reference="SUP-CN-7", by="Mia", now=clock.now())
    play.go()

    assert (note.state, books("W-1001")["AP"]) == (DebitNoteState.ACCEPTED, 4000)
    sums_up(play)


def test_goods_a_supplier_refuses_lie_in_quarantine_again_and_he_owes_nothing(play: Play) -> None:
    note = sent_back(play)
    on_hand, _ = at("BOOT-42")

    refused(play, note, GoodsAfterRefusal.COME_BACK)

    left = books("W-1001")
    assert (at("BOOT-42"), left.get("AP", 0), left["INVQ"]) == ((on_hand + 1, 1), 0, 4000)
    sums_up(play)


def test_goods_a_supplier_refused_are_looked_at_once_more(play: Play) -> None:
    note = sent_back(play)
    refused(play, note, GoodsAfterRefusal.COME_BACK)

    inspecting.inspect(note.line_id, disposition=Disposition.DESTROY, by="Ina", now=clock.now())
    play.go()

    left = books("W-1001")
    assert (left.get("INVQ", 0), left["WOFF"], at("BOOT-42")[1]) == (0, 4000, 0)


def test_goods_a_supplier_refused_do_not_go_to_him_again(play: Play) -> None:
    note = sent_back(play)
    refused(play, note, GoodsAfterRefusal.COME_BACK)

    with pytest.raises(services.WrongState, match="has refused"):
        inspecting.inspect(note.line_id, disposition=Disposition.VENDOR_RETURN, by="Ina", now=clock.now())


def test_goods_that_are_gone_when_a_supplier_refuses_are_a_loss(play: Play) -> None:
    note = sent_back(play)

    refused(play, note, GoodsAfterRefusal.GONE)

    left = books("W-1001")
    assert (left.get("AP", 0), left["WOFF"]) == (0, 4000)
    sums_up(play)


def test_the_first_answer_of_a_supplier_stands(play: Play) -> None:
    note = sent_back(play)
    vendor_returns.accept(note, reference="", by="Mia", now=clock.now())

    with pytest.raises(services.WrongState, match="first answer"):
        vendor_returns.refuse(note, goods=GoodsAfterRefusal.GONE, why="no", by="Mia", now=clock.now())


def test_a_note_without_a_supplier_asks_for_one_until_somebody_names_him(play: Play) -> None:
    note = sent_back(play, supplier="")
    asked = desk()

    vendor_returns.name_supplier(note, supplier=SUPPLIER, by="Mia", now=clock.now())

    assert (len(asked), desk()) == (1, [])


def test_a_return_shows_its_debit_note_at_the_desk(play: Play) -> None:
    note = sent_back(play)
    parent = note.line.receipt.parent

    shown = Caller(a_key(scopes=["process.read"])).get(
        f"/api/process/return_to_refund/v1/returns/{parent and parent.number}"
    )
    assert [each["number"] for each in shown.json()["debit_notes"]] == [note.number]


def test_a_return_shows_its_debit_note_in_the_admin(play: Play) -> None:
    note = sent_back(play)
    parent = note.line.receipt.parent

    page = signed_in("mia", group="finance").get(f"/admin/returns/return/{parent and parent.pk}/change/")
    assert all(said in page.content.decode() for said in (note.number, "Boots &amp; Sons", note.journal))


def test_a_debit_note_is_refused_in_the_admin(play: Play) -> None:
    note = sent_back(play)

    page = f"/admin/returns/debitnote/{note.pk}/act/refused/"
    signed_in("root").post(page, {"reason": "out of warranty", "goods": "come_back"})

    note.refresh_from_db()
    assert (note.state, note.reason, note.answered_by) == (DebitNoteState.REFUSED, "out of warranty", "root")
