"""Write the credit memo of a return, and book it: what we owe the customer stands in our books from here on."""

from datetime import timedelta

from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.ledger import services as ledger
from process_apis.return_to_refund import currencies, gift_cards, turning_away
from process_apis.return_to_refund.booking import book, open_day
from process_apis.return_to_refund.entries import memo_legs
from process_apis.return_to_refund.story import going_on
from process_apis.returns import money, services
from process_apis.returns.models import HeldFor

_LOOK_AGAIN = timedelta(hours=1)


def issue_credit_memo(ctx: StepContext) -> Outcome:
    parent = going_on(ctx)
    if parent is None:
        return Done(memo="")
    day = open_day()
    if day is None:
        services.hold(parent, reason=HeldFor.PERIOD, waits_for=f"a period that holds {ledger.business_day()}")
        return Wait("return.rejected", until=ctx.now + _LOOK_AGAIN)
    if not gift_cards.void(parent):
        turning_away.turn_away(parent, by="gift cards", why="the card has been spent from", now=ctx.now)
        return Done(memo="")
    memo = money.credit(parent, booked_on=day)
    entry = book(
        reference=memo.number,
        purpose="credit_memo",
        source_event=f"return:{parent.number}",
        legs=memo_legs(
            net=memo.net_minor,
            tax=memo.tax_minor,
            shipping=memo.shipping_minor,
            shipping_tax=memo.shipping_tax_minor,
            fee=memo.fee_minor,
            clawback=memo.clawback_minor,
            cards=gift_cards.sold_for(parent),
        ),
        currency=memo.currency,
        order_number=parent.order_number,
        memo=f"Return {parent.number} of order {parent.order_number or '(no receipt)'}",
        booked_on=memo.booked_on,
    )
    return Done(memo=memo.number, memo_entry=entry, exchange_entry=currencies.book_difference(memo))
