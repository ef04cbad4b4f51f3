"""The goods side of the book of returns: what came back, whose it is, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from process_apis.returns import queries, services
from process_apis.returns.models import DebitNote, Disposition, Receipt, ReceiptLine, Return, ReturnState, Suspicion
from process_apis.returns.services import BEFORE_GOODS
from retail_platform.kernel.outbox import services as outbox

_UNSETTLED = (Disposition.PENDING, Disposition.QUARANTINE)
_OF_SUSPECTS = (Disposition.QUARANTINE, Disposition.DESTROY, Disposition.TO_CUSTOMER)
_GOODS_HERE = (ReturnState.RECEIVED, ReturnState.INSPECTED)
SUSPECT, CLEARED = "suspect", "cleared"  # what a disposal says beside the dispositions


@dataclass(frozen=True, slots=True)
class Row:
    """Units of one sku that came back, and what they stand in the books for."""

    line_id: str
    sku: str
    units: int
    condition: str
    serial: str
    cost_minor: int
    cost_currency: str
    suspect: str = ""


@transaction.atomic
def keep(
    *, key: str, parent: Return | None, node: str, by: str, rows: Sequence[Row], now: datetime
) -> tuple[Receipt, bool]:
    """Write goods down that came back. The same key again is found: (its row, False)."""
    receipt, new = Receipt.objects.get_or_create(
        key=key, defaults={"parent": parent, "node": node, "received_by": by[:160], "received_at": now}
    )
    if not new:
        return receipt, False
    lines = ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt, position=position, line_id=row.line_id, sku=row.sku, units=row.units, serial=row.serial,
            condition=row.condition, cost_minor=row.cost_minor, cost_currency=row.cost_currency, suspect=row.suspect,
            disposition=Disposition.QUARANTINE if row.suspect else Disposition.PENDING,
        )
        for position, row in enumerate(rows, start=1)
    )  # fmt: skip
    if parent:
        services.move(parent, to=ReturnState.RECEIVED, since=BEFORE_GOODS)
    _tell(receipt, "return.received", by=by)
    suspects = [line for line in lines if line.suspect]
    for line in suspects:
        _tell(receipt, "return.disposed", by=by, disposal=f"{line.id}:{SUSPECT}")
    if suspects:
        _all_looked_at(receipt, by=by)
    return receipt, True


def attach(receipt: Receipt, parent: Return, *, line_ids: Sequence[str], by: str) -> None:
    """These goods are of that return. Raises WrongState where they are of another."""
    if not Receipt.objects.filter(id=receipt.id, parent=None).update(parent=parent):
        raise services.WrongState(f"receipt {receipt.key} is of another return already; look at that one")
    receipt.parent = parent
    for line, line_id in zip(receipt.lines.all(), line_ids, strict=True):
        ReceiptLine.objects.filter(id=line.id).update(line_id=line_id)
    services.move(parent, to=ReturnState.RECEIVED, since=BEFORE_GOODS)
    _tell(receipt, "return.received", by=by)
    _all_looked_at(receipt, by=by)


@transaction.atomic
def dispose(
    line_id: int, *, disposition: Disposition, by: str, value_minor: int | None, suspect: str | None, now: datetime
) -> ReceiptLine:
    """Write down what becomes of goods. Raises NoSuchReceipt, and WrongState where that is settled already.

    `suspect` None leaves a suspicion as it is; "" clears it, for another person than the one who had it.
    """
    line = (
        ReceiptLine.objects.select_related("receipt__parent").select_for_update(of=["self"]).filter(id=line_id).first()
    )
    if line is None:
        raise queries.NoSuchReceipt(f"there is no line {line_id} of any receipt; the return shows those it has")
    before, after = line.suspect, line.suspect if suspect is None else suspect[:120]
    if line.disposition not in _UNSETTLED:
        raise services.WrongState(f"{line.units} x {line.sku} are {line.get_disposition_display().lower()} already")
    _may_be(line, disposition, after, by=by)
    line.disposition, line.value_minor, line.suspect = disposition, value_minor, after
    line.inspected_by, line.inspected_at = by[:160], now
    line.save(update_fields=["disposition", "value_minor", "suspect", "inspected_by", "inspected_at"])
    for what in _disposals(disposition, before=before, after=after):
        _tell(line.receipt, "return.disposed", by=by, disposal=f"{line.id}:{what}")
    _all_looked_at(line.receipt, by=by)
    return line


def _may_be(line: ReceiptLine, disposition: Disposition, suspect: str, *, by: str) -> None:
    """What is suspect is nobody's to sell, and is cleared by another person, who says what becomes of it."""
    what = f"{line.units} x {line.sku}"
    if suspect and disposition not in _OF_SUSPECTS:
        raise services.WrongState(
            f"{what} are suspect ({Suspicion(suspect).label}): set them aside, destroy them or send them back; "
            "or clear the suspicion in the same breath"
        )
    if disposition == Disposition.VENDOR_RETURN and DebitNote.objects.filter(line=line).exists():
        raise services.WrongState(f"the supplier has refused {what} before; keep them, mark them down or destroy them")
    if line.suspect and not suspect and disposition == Disposition.QUARANTINE:
        raise services.WrongState(f"{what} are cleared by saying what becomes of them; to set them aside is not enough")
    if line.suspect and not suspect and line.inspected_by == by:
        raise services.SecondPersonNeeded(f"{by} had the suspicion against {what}; somebody else clears it")


def _disposals(disposition: Disposition, *, before: str, after: str) -> list[str]:
    """What is booked of this, in order; goods under suspicion stand in the books for nothing."""
    found = [SUSPECT] if after and not before else [CLEARED] if before and not after else []
    return found if disposition == Disposition.QUARANTINE else [*found, disposition]


def _all_looked_at(receipt: Receipt, *, by: str) -> None:
    lines = queries.received(receipt.parent) if receipt.parent else list(receipt.lines.all())
    if any(line.disposition == Disposition.PENDING for line in lines):
        return
    if receipt.parent:
        settled = all(line.disposition != Disposition.QUARANTINE for line in lines)
        services.move(
            receipt.parent, to=ReturnState.DISPOSITION_SET if settled else ReturnState.INSPECTED, since=_GOODS_HERE
        )
    _tell(receipt, "return.inspected", by=by)


def _tell(receipt: Receipt, name: str, *, by: str, **also: str) -> None:
    told = {"receipt": str(receipt.id), **also}
    if receipt.parent:
        services.tell(receipt.parent, name, by=by, also=told)
    else:
        data = {"return_number": "", "order_number": "", **told}
        outbox.add(name=name, aggregate=f"receipt:{receipt.id}", data=data)
