"""What follows a cancelled part of an order: the ERP's order gets smaller, money taken for it goes back and is booked.

Money that is only held is let go when the order closes, together with whatever else it did not need. Tax is filed
parcel by parcel, so none has been filed for what never left. An order cancelled as a whole is not ours: its own
journey takes everything back.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import services as ledger
from process_apis.order_to_cash import cancelling, tenders
from process_apis.order_to_cash.decisions import entries
from process_apis.order_to_cash.steps.create_erp_order import reduce_to_what_remains
from process_apis.orders import cancellation_queries, payments, queries
from process_apis.orders.models import Cancellation, CancellationState, Order, Payment, PaymentMovement, PaymentState


def reduce_erp_order(ctx: StepContext) -> Done:
    asked = _part(ctx)
    if asked is None:
        return Done()
    return Done(erp_order=reduce_to_what_remains(asked.order, key=ctx.key))


def refund_cancelled(ctx: StepContext) -> Done:
    asked = _part(ctx)
    if asked is None:
        return Done(refunds={})
    refunds, writes = give_back_beyond_due(ctx, asked.order, cause=str(asked.id))
    noted = partial(Cancellation.objects.filter(id=asked.id).update, refund_minor=sum(refunds.values()))
    return Done(refunds=refunds, then=[*writes, noted])


def give_back_beyond_due(
    ctx: StepContext, order: Order, *, cause: str
) -> tuple[dict[str, int], list[Callable[[], object]]]:
    """Refund what was taken before goods left and is not needed for what remains of an order.

    Returns the minor units by account role, and what is to be written of it. `cause` names the refunds.
    """
    back = _back(order)
    writes: list[Callable[[], object]] = []
    refunds: dict[str, int] = {}
    for payment in queries.payments_of(order.number):
        for taken, minor in _of_captures(payment, back.get(payment.id, 0)):
            part = f"{cause}:{payment.position}:{taken.id}"
            reference = tenders.give_back(
                payment, taken=taken.provider_reference, minor=minor, part=part, key=ctx.key.part(part)
            )
            ctx.keep(**{f"refund_{payment.position}_{taken.id}": reference})
            refunds[payment.role] = refunds.get(payment.role, 0) + minor
            writes.append(
                partial(payments.refunded, payment, minor=minor, reference=reference, key=f"refund:cancel:{part}")
            )
    return refunds, writes


def book_cancellation(ctx: StepContext) -> Done:
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    cause = f"cancellation:{asked.id}"
    return book_given_back(ctx, asked.order, name=asked.id.hex[:8], cause=cause, memo=f"Cancelled by {asked.asked_by}")


def book_given_back(ctx: StepContext, order: Order, *, name: str, cause: str, memo: str) -> Done:
    """Money taken before goods left was owed to the customer; it is his again (workflows, section 1)."""
    refunds = ctx.facts.get("refunds") or {}
    if not refunds:
        return Done(cancellation_entry="")
    entry = ledger.entry_of(
        reference=f"CANCEL-{order.number}-{name}",
        purpose="cancellation",
        source_event=cause,
        booked_on=ledger.business_day(),
        legs=[(role, -minor) for role, minor in entries.deposit_legs(taken=list(refunds.items()))],
        currency=order.currency,
        memo=memo,
    )
    ledger.book(entry, order_number=order.number)
    return Done(cancellation_entry=entry.reference)


def _part(ctx: StepContext) -> Cancellation | None:
    """The request, if a part of its order was cancelled."""
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    return asked if asked.state == CancellationState.GRANTED and not asked.whole else None


def _back(order: Order) -> dict[int, int]:
    """What each payment (by its id) has taken and is not needed for what remains."""
    shipping = order.shipping_minor + (0 if order.taxes_included else order.shipping_tax_minor or 0)
    due = cancelling.due(
        [
            cancelling.Kept(
                price_minor=line.unit_price_minor * line.quantity,
                discount_minor=line.discount_minor,
                tax_minor=line.tax_minor or 0,
                quantity=line.quantity,
                kept=line.quantity - line.cancelled,
            )
            for line in order.lines.all()
        ],
        taxes_included=order.taxes_included,
        shipping_minor=shipping,
    )
    drawn = [p for p in order.payments.all() if p.state not in (PaymentState.VOIDED, PaymentState.REFUNDED)]
    taken = [
        (p.id, p.amount_minor, p.captured_minor - p.refunded_minor if p.taken_before_goods_leave else 0) for p in drawn
    ]
    return cancelling.too_much(due, tenders=taken)


def _of_captures(payment: Payment, minor: int) -> list[tuple[PaymentMovement, int]]:
    """From which takings of a tender its refund comes, the latest first."""
    if not minor:
        return []
    given = payment.refunded_minor + payment.refunding_minor
    parts = []
    for taken in payment.movements.filter(kind="capture").order_by("id"):
        already = min(given, taken.amount_minor)
        given -= already
        part = min(minor, taken.amount_minor - already)
        if part:
            parts.append((taken, part))
            minor -= part
    return parts
