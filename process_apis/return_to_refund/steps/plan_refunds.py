"""Decide how the money goes back, and set it aside with each tender, so that nobody else gives the same money back."""

from datetime import datetime, timedelta

from process_apis.engine.process import Done, NeedsPerson, Outcome, StepContext, Wait
from process_apis.orders import queries as orders
from process_apis.orders import returning
from process_apis.return_to_refund import carrying, chargebacks, sold
from process_apis.return_to_refund.decisions import tenders
from process_apis.return_to_refund.story import going_on
from process_apis.returns import money, queries, services
from process_apis.returns.models import HeldFor, RefundWay, Return

_LOOK_AGAIN = timedelta(days=1)


def plan_refunds(ctx: StepContext) -> Outcome:
    parent = going_on(ctx)
    if parent is None or not parent.total_minor or parent.refunds.exists():
        return Done()
    memo = queries.memo_of(parent)
    if not parent.order_number:
        part = money.Part(RefundWay(parent.settled_as or RefundWay.STORE_CREDIT), parent.total_minor)
        money.plan(parent, memo, [part])
        return Done(parts=1)
    if disputes := queries.open_disputes(parent.order_number):
        services.hold(parent, reason=HeldFor.DISPUTE, waits_for=", ".join(d.reference for d in disputes.values()))
        return Wait("return.dispute_over", until=ctx.now + _LOOK_AGAIN)
    services.release_hold(parent, reason=HeldFor.DISPUTE)
    order = orders.locked(parent.order_number)
    parts = carrying.planned(parent, _parts(parent, sold.paid(order), now=ctx.now))
    payments = {payment.position: payment for payment in order.payments.all()}
    for part in parts:
        if part.payment is not None and part.way != RefundWay.CLAIM:
            returning.claim(payments[part.payment], minor=part.amount_minor)
    money.plan(parent, memo, parts)
    return Done(parts=len(parts))


def _parts(parent: Return, paid: list[tenders.Paid], *, now: datetime) -> list[money.Part]:
    """`settled_as` of a return says that all of it goes one way, whatever it was paid with."""
    short = max(0, parent.total_minor - sum(tender.left_minor for tender in paid))
    if short and not chargebacks.cover(parent, short_minor=short, now=now):
        raise NeedsPerson(
            f"return {parent.number} cannot be refunded: {short} smallest units more than was paid with all tenders "
            "and not given back yet",
            proposal="see the order's tenders and earlier refunds; lower the return, or pay the rest another way",
            kind="business",
        )
    found = tenders.ways(parent.total_minor - short, paid=paid)
    return [
        money.Part(RefundWay(parent.settled_as or way.way), way.amount_minor, way.payment, way.taken_reference)
        for way in found
    ]
