"""Debit notes in the book of returns. Each function is one conditional write, so that a repeat changes nothing."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from process_apis.returns import services
from process_apis.returns.models import (
    DebitNote,
    DebitNoteState,
    Disposition,
    GoodsAfterRefusal,
    ReceiptLine,
    Return,
)
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import NotFound


class NoSuchDebitNote(NotFound):
    """No goods went back to a supplier under this number."""

    kind, title = "no-such-debit-note", "There is no such debit note"


def one(number: str) -> DebitNote:
    """One debit note. Raises NoSuchDebitNote."""
    found = DebitNote.objects.select_related("line__receipt__parent").filter(number=number).first()
    if found is None:
        raise NoSuchDebitNote(f"there is no debit note {number!r}; the return shows those it has")
    return found


def of_return(parent: Return) -> list[DebitNote]:
    """The claims on suppliers for goods of a return; without a query where its receipts were read along."""
    lines = [line for receipt in parent.receipts.all() for line in receipt.lines.all()]
    return [line.debit_note for line in lines if hasattr(line, "debit_note")]


def of_line(line: ReceiptLine) -> DebitNote | None:
    """The claim for one line of a receipt, if it went back to a supplier."""
    return DebitNote.objects.filter(line=line).first()


@transaction.atomic
def issue(line: ReceiptLine, *, supplier: str, by: str) -> DebitNote:
    """Claim from a supplier what goods cost that go back to him; once for a line of a receipt."""
    standing = of_line(line)
    return standing or DebitNote.objects.create(
        number=_number(line), line=line, supplier=supplier[:120], currency=line.cost_currency or _own_currency(),
        lines=[{"sku": line.sku, "units": line.units, "serial": line.serial, "cost_minor": line.cost_minor}],
        total_minor=line.cost_minor, issued_by=by[:160],
    )  # fmt: skip


def booked(line: ReceiptLine, *, journal: str) -> None:
    """The note of these goods, if there is one, stands in the ledger under this entry."""
    DebitNote.objects.filter(line=line).update(journal=journal)


def reversed_by(note: DebitNote, *, journal: str) -> None:
    """What the supplier does not owe is taken back by this entry."""
    DebitNote.objects.filter(id=note.id).update(reversal=journal)


def name_supplier(note: DebitNote, supplier: str) -> bool:
    """Say whose goods they are. False once the supplier has answered."""
    return bool(DebitNote.objects.filter(id=note.id, state=DebitNoteState.ISSUED).update(supplier=supplier[:120]))


@transaction.atomic
def accepted(note: DebitNote, *, reference: str, by: str, now: datetime) -> None:
    """The supplier owes us what the note says. Raises WrongState."""
    _answer(note, DebitNoteState.ACCEPTED, by=by, now=now, supplier_reference=reference[:64])


@transaction.atomic
def refused(note: DebitNote, *, goods: GoodsAfterRefusal, why: str, by: str, now: datetime) -> None:
    """The supplier owes us nothing. Goods that come back are looked at once more. Raises WrongState."""
    _answer(note, DebitNoteState.REFUSED, by=by, now=now, goods=goods, reason=why[:500])
    if goods == GoodsAfterRefusal.COME_BACK:
        ReceiptLine.objects.filter(id=note.line_id).update(disposition=Disposition.QUARANTINE)
    parent, told = note.line.receipt.parent, {"receipt": str(note.line.receipt_id), "debit_note": note.number}
    if parent:
        services.tell(parent, "return.vendor_refused", by=by, also=told)
    else:
        data = {"return_number": "", "order_number": "", **told}
        outbox.add(name="return.vendor_refused", aggregate=f"receipt:{note.line.receipt_id}", data=data)


def _answer(note: DebitNote, state: DebitNoteState, *, by: str, now: datetime, **fields: object) -> None:
    changed = DebitNote.objects.filter(id=note.id, state=DebitNoteState.ISSUED).update(
        state=state, answered_by=by[:160], answered_at=now, **fields
    )
    note.refresh_from_db()
    if not changed:
        raise services.WrongState(f"debit note {note.number} is {note.state} already; its first answer stands")


def _number(line: ReceiptLine) -> str:
    """DN-, the return's number and a count of its notes; the receipt's where nobody knows whose goods they are."""
    parent = line.receipt.parent
    if parent is None:
        return f"DN-{line.receipt_id}-{line.position}"
    Return.objects.select_for_update().get(id=parent.id)  # two people at two receipts of it count one after the other
    return f"DN-{parent.number}-{DebitNote.objects.filter(number__startswith=f'DN-{parent.number}-').count() + 1}"


def _own_currency() -> str:
    return str(settings.FUNCTIONAL_CURRENCY)
