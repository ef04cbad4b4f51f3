"""Write the credit memo of a return, and book it: what we owe the customer stands in our books from here on."""

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import services as ledger
from process_apis.return_to_refund.entries import memo_legs
from process_apis.return_to_refund.story import going_on
from process_apis.returns import money


def issue_credit_memo(ctx: StepContext) -> Done:
    parent = going_on(ctx)
    if parent is None:
        return Done(memo="")
    memo = money.credit(parent, booked_on=ledger.business_day())
    legs = memo_legs(
        net=memo.net_minor,
        tax=memo.tax_minor,
        shipping=memo.shipping_minor,
        shipping_tax=memo.shipping_tax_minor,
        fee=memo.fee_minor,
        clawback=memo.clawback_minor,
    )
    if not any(minor for _, minor in legs):
        return Done(memo=memo.number, memo_entry="")
    entry = ledger.entry_of(
        reference=memo.number,
        purpose="credit_memo",
        source_event=f"return:{parent.number}",
        booked_on=memo.booked_on or ledger.business_day(),
        legs=legs,
        currency=memo.currency,
        memo=f"Return {parent.number} of order {parent.order_number or '(no receipt)'}",
    )
    ledger.book(entry, order_number=parent.order_number)
    return Done(memo=memo.number, memo_entry=entry.reference)
