"""Goods that go back to a supplier: the debit note, and what follows from the supplier's answer.

Accepted, the claim stands in AP. Refused, it is taken back: the goods come to us again, into quarantine, and somebody
says what else becomes of them; or they are gone, and are a loss.
"""

from datetime import datetime

from django.db import transaction

from process_apis.cases import queries as desk
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.return_to_refund import movements
from process_apis.returns import debit_notes, services
from process_apis.returns.models import DebitNote, GoodsAfterRefusal, ReceiptLine
from process_apis.stock import services as stock


def issue(line: ReceiptLine, *, supplier: str, by: str) -> DebitNote:
    """Write the note; where nobody said whose goods they are, somebody is asked."""
    note = debit_notes.issue(line, supplier=supplier, by=by)
    if not note.supplier:
        cases.open_case(
            kind=CaseKind.BUSINESS,
            fingerprint=_name(note),
            subject=line.receipt.parent.number if line.receipt.parent else line.receipt.key,
            title=f"debit note {note.number} of {line.units} x {line.sku} names no supplier",
            detail=f"They lay at {line.receipt.node}, receipt {line.receipt.key}; {by} sends them back.",
            proposal="Name the supplier on the debit note, and send it.",
        )
    return note


@transaction.atomic
def name_supplier(note: DebitNote, *, supplier: str, by: str, now: datetime) -> None:
    """Say whose goods they are. Raises WrongState once the supplier has answered."""
    if not debit_notes.name_supplier(note, supplier):
        raise services.WrongState(f"debit note {note.number} is answered; its supplier stands")
    if standing := desk.open_by_fingerprint(_name(note)):
        cases.resolve(case_id=standing.id, by=by, resolution=f"they are {supplier}'s", now=now)


def accept(note: DebitNote, *, reference: str, by: str, now: datetime) -> None:
    """The supplier owes us what the note says. Raises WrongState."""
    debit_notes.accepted(note, reference=reference, by=by, now=now)


@transaction.atomic
def refuse(note: DebitNote, *, goods: GoodsAfterRefusal, why: str, by: str, now: datetime) -> None:
    """The supplier owes us nothing; the ledger follows by the journey VENDOR_REFUSAL. Raises WrongState."""
    debit_notes.refused(note, goods=goods, why=why, by=by, now=now)
    if goods == GoodsAfterRefusal.COME_BACK:
        stock.move(movements.back_from_supplier(note.line, now))


def _name(note: DebitNote) -> str:
    return f"debit_note:{note.number}"
