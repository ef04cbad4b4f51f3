"""Book goods that came back at what they cost, and what became of them; an entry for each currency. Post them too."""

from functools import partial

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import queries as ledger
from process_apis.ledger import services as books
from process_apis.return_to_refund.booking import booking_day
from process_apis.return_to_refund.entries import disposition_legs, received_legs
from process_apis.returns import debit_notes
from process_apis.returns.goods import CLEARED, SUSPECT
from process_apis.returns.models import Disposition, Receipt, ReceiptLine
from system_apis.erp.gateway import erp

# One entry for each purpose of a line: what a supplier refuses is disposed of once more.
_PURPOSES = {SUSPECT: "return_suspect", CLEARED: "return_cleared", Disposition.VENDOR_RETURN: "debit_note"}


def book_receipt(ctx: StepContext) -> Done:
    receipt = Receipt.objects.select_related("parent").get(id=int(ctx.subject))
    costs: dict[str, int] = {}
    for line in receipt.lines.all():
        costs[line.cost_currency] = costs.get(line.cost_currency, 0) + line.cost_minor
    order_number = receipt.parent.order_number if receipt.parent else ""
    entry_of = partial(
        _book, source=f"receipt:{receipt.id}", purpose="return_received", order_number=order_number,
        memo=f"Received at {receipt.node}",
    )  # fmt: skip
    return Done(
        entries=[
            entry_of(f"RCV-{receipt.id}-{currency}", legs=received_legs(cost=cost), currency=currency)
            for currency, cost in sorted(costs.items())
            if cost
        ]
    )


def book_disposal(ctx: StepContext) -> Done:
    """Goods of no value, as those are that stayed suspect, have nothing to book."""
    line_id, _, disposition = ctx.subject.partition(":")
    line = ReceiptLine.objects.select_related("receipt__parent").get(id=int(line_id))
    worthless = line.suspect and disposition != SUSPECT
    legs = disposition_legs(disposition, cost=0 if worthless else line.cost_minor, value=line.value_minor)
    if not any(minor for _, minor in legs):
        return Done(entries=[])
    reference = _book(
        f"DSP-{line.id}-{disposition}",
        source=f"disposal:{line.id}",
        purpose=_PURPOSES.get(disposition, "return_disposed"),
        order_number=line.receipt.parent.order_number if line.receipt.parent else "",
        memo=_memo(line, disposition),
        legs=legs,
        currency=line.cost_currency,
    )
    if disposition == Disposition.VENDOR_RETURN:
        debit_notes.booked(line, journal=reference)
    return Done(entries=[reference])


def _memo(line: ReceiptLine, disposition: str) -> str:
    """An entry for a supplier names the debit note: it is all that the ERP is told of it."""
    said = f"{line.units} x {line.sku}: {disposition}"
    note = debit_notes.of_line(line) if disposition == Disposition.VENDOR_RETURN else None
    return f"Debit note {note.number}, {said}" if note else said


def post_goods(ctx: StepContext) -> Done:
    posted: dict[str, str] = {}
    for reference in ctx.facts["entries"]:
        posted[reference] = erp().post_journal(ledger.entry(reference), key=ctx.key.part(reference)).value
        ctx.keep(posted=posted)
    return Done(posted=posted)


def _book(
    reference: str, *, source: str, purpose: str, order_number: str, memo: str, legs: list[tuple[str, int]],
    currency: str,
) -> str:  # fmt: skip
    entry = books.entry_of(
        reference=reference, purpose=f"{purpose}_{currency}".lower(), source_event=source,
        booked_on=booking_day(), legs=legs, currency=currency, memo=memo,
    )  # fmt: skip
    books.book(entry, order_number=order_number)
    return reference
