"""A supplier does not take goods back: what he was to owe is taken off, and the goods are ours again, or lost."""

from process_apis.engine.process import Done, StepContext
from process_apis.return_to_refund.booking import book
from process_apis.return_to_refund.entries import refusal_legs
from process_apis.returns import debit_notes


def book_refusal(ctx: StepContext) -> Done:
    note = debit_notes.one(ctx.subject)
    parent = note.line.receipt.parent
    reference = book(
        reference=f"{note.number}-R",
        purpose=f"debit_note_refused_{note.currency}".lower(),
        source_event=f"disposal:{note.line_id}",
        legs=refusal_legs(note.goods, cost=note.total_minor),
        currency=note.currency,
        order_number=parent.order_number if parent else "",
        memo=f"{note.supplier or 'The supplier'} refused {note.number}",
    )
    debit_notes.reversed_by(note, journal=reference)
    return Done(entries=[reference] if reference else [])
