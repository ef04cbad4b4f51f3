"""Book money the channel took before anything has left: it is owed to the customer until it does."""

from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.ledger import services as ledger
from process_apis.order_to_cash import decisions
from process_apis.orders import queries
from process_apis.orders.models import PaymentState


def book_deposit(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    minor = sum(payment.captured_minor for payment in order.payments.all() if payment.state == PaymentState.PREPAID)
    if not minor:
        return Done()
    entry = ledger.entry_of(
        reference=f"DEP-{order.number}",
        purpose="deposit",
        source_event=f"order:{order.number}",
        booked_on=ledger.business_day(),
        legs=decisions.deposit_legs(captured=minor),
        currency=order.currency,
        memo=f"Paid at {order.channel}",
    )
    ledger.book(entry, order_number=order.number)
    return Done(deposit_entry=entry.reference)


def reverse_deposit(ctx: StepContext) -> Done:
    if ctx.facts.get("deposit_entry"):
        raise NeedsPerson(
            f"entry {ctx.facts['deposit_entry']} books money that is to go back to the customer",
            proposal="once the channel has refunded it, reverse the entry in the ledger and skip this step",
            kind="business",
        )
    return Done()
