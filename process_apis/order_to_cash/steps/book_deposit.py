"""Book money taken before anything has left, by the channel or by us: it is owed to the customer until goods leave."""

from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.ledger import services as ledger
from process_apis.order_to_cash.decisions import entries
from process_apis.orders import queries


def book_deposit(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    taken = [
        (p.role, p.captured_minor) for p in order.payments.all() if p.taken_before_goods_leave and p.captured_minor
    ]
    if not taken:
        return Done()
    entry = ledger.entry_of(
        reference=f"DEP-{order.number}",
        purpose="deposit",
        source_event=f"order:{order.number}",
        booked_on=ledger.business_day(),
        legs=entries.deposit_legs(taken=taken),
        currency=order.currency,
        memo=f"Paid at {order.channel}",
    )
    ledger.book(entry, order_number=order.number)
    return Done(deposit_entry=entry.reference)


def reverse_deposit(ctx: StepContext) -> Done:
    """It is reversed by the undo of the next step, which posted it; before that it stands in our ledger alone."""
    if ctx.facts.get("deposit_entry") and "deposit_reversed" not in ctx.facts:
        raise NeedsPerson(
            f"entry {ctx.facts['deposit_entry']} books money that is to go back to the customer, and the ERP lacks it",
            proposal="post the entry in the ERP, reverse it there and in the ledger, then skip: the money follows",
            kind="business",
        )
    return Done()
