"""Post entries of our ledger to the ERP, under our reference: a deposit, a sale, the cost of its goods."""

from functools import partial
from typing import Any

from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.ledger import queries as ledger
from process_apis.ledger import services
from process_apis.order_to_cash.decisions import entries
from process_apis.orders import parcels, queries
from system_apis.erp.gateway import erp


def post_deposit(ctx: StepContext) -> Done:
    return _post(ctx, "deposit_entry")


def take_deposit_back(ctx: StepContext) -> Done:
    """Reverse what of the deposit no parcel has used, in the ERP and in our ledger; the money itself follows."""
    reference = ctx.facts.get("deposit_entry")
    if not reference:
        return Done()
    if "deposit_entry_ref" not in ctx.facts:
        raise NeedsPerson(
            f"nobody knows whether entry {reference} is in the ERP; it books money that is to go back to the customer",
            proposal="see in the ERP and post it there if it is missing; reverse it in both books, then skip this step",
            kind="business",
        )
    order = queries.order(ctx.subject)
    used = parcels.drawn(order)
    left = [
        (p.role, p.captured_minor - p.refunded_minor - used.get(p.id, 0))
        for p in order.payments.all()
        if p.taken_before_goods_leave
    ]
    if not any(minor for _, minor in left):
        return Done(deposit_reversed="")
    entry = services.entry_of(
        reference=f"{reference}-R",
        purpose="deposit_reversal",
        source_event=f"order:{order.number}",
        booked_on=services.business_day(),
        legs=[(role, -minor) for role, minor in entries.deposit_legs(taken=left)],
        currency=order.currency,
        memo=f"Reverses {reference}",
    )
    posted = erp().post_journal(entry, key=ctx.key)
    book = partial(services.book, entry, order_number=order.number)
    return Done(deposit_reversed=entry.reference, deposit_reversed_ref=posted.value, then=[book])


def post_sale(ctx: StepContext) -> Done:
    return _post(ctx, "sale_entry")


def post_cost(ctx: StepContext) -> Done:
    return _post(ctx, "cost_entry")


def post_cancellation(ctx: StepContext) -> Done:
    return _post(ctx, "cancellation_entry")


def _post(ctx: StepContext, fact: str) -> Done:
    reference = ctx.facts.get(fact)
    if not reference:
        return Done()
    posted = erp().post_journal(ledger.entry(reference), key=ctx.key)
    facts: dict[str, Any] = {f"{fact}_ref": posted.value}
    return Done(**facts)
