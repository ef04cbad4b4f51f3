"""Have the money of each tender held, or note that the channel has taken it; let it go when taken back.

Tenders are held in the order in which they are drawn; what is taken with the order is taken once all of them are held,
so that a card that is declined leaves nothing of a gift card spent.
"""

from collections.abc import Callable
from functools import partial

from canonical.payment import Authorization
from process_apis.catalog.tender_models import CaptureAt, SettledBy
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.order_to_cash import tenders
from process_apis.orders import cancellation_queries, parcels, payments, queries
from process_apis.orders.models import Payment, PaymentState

Write = Callable[[], object]


def confirm_payment(ctx: StepContext) -> Done:
    writes: list[Write] = []
    held: list[tuple[Payment, Authorization | None]] = []
    for payment in queries.payments_of(ctx.subject):
        if payment.state == PaymentState.PREPAID:
            writes.append(partial(payments.prepaid, payment))
        elif payment.state == PaymentState.PROMISED and payment.amount_minor:
            authorization = tenders.hold(payment, key=ctx.key.part(str(payment.position)), now=ctx.now)
            if authorization:
                ctx.keep(**{f"authorization_{payment.position}": authorization.reference})
                payment.authorization = authorization.reference
            held.append((payment, authorization))
            writes.append(partial(payments.authorized, payment, authorization))
    for payment, _ in held:
        if payment.capture_at == CaptureAt.ORDER:
            writes.append(_take(ctx, payment))
    return Done(tenders=len(writes), then=writes)


def give_payment_back(ctx: StepContext) -> Done:
    """Undo for each tender what was done with it, whether or not that came to be recorded."""
    writes: list[Write] = []
    for payment in queries.payments_of(ctx.subject):
        if payment.settled_by == SettledBy.CHANNEL and cancellation_queries.taken_back(payment.order):
            writes.append(partial(payments.given_back_by_channel, payment))  # it did, or does when it is told
            continue
        if payment.settled_by == SettledBy.CHANNEL:
            raise NeedsPerson(
                f"{payment.order.channel} holds the customer's money for order {payment.order.number}",
                proposal="refund or release it at the channel, then skip this step with the refund's number as reason",
                kind="business",
            )
        if payment.settled_by == SettledBy.TILL and payment.state == PaymentState.PREPAID:
            writes += _give_back(ctx, payment, payment.reference)[-1:] if payment.captured_minor else []
            continue
        if taken := ctx.facts.get(f"taken_{payment.position}"):
            writes += _give_back(ctx, payment, taken)
            continue
        authorization = payment.authorization or ctx.facts.get(f"authorization_{payment.position}", "")
        if payment.state in (PaymentState.AUTHORIZED, PaymentState.PROMISED):
            tenders.let_go(payment, authorization=authorization, key=ctx.key.part(str(payment.position)))
            writes.append(partial(payments.voided, payment))
    return Done(given_back=len(writes), then=writes)


def _take(ctx: StepContext, payment: Payment) -> Write:
    reference = tenders.take(
        payment, minor=payment.amount_minor, part="order", key=ctx.key.part(f"{payment.position}/take")
    )
    ctx.keep(**{f"taken_{payment.position}": reference})
    return _taken(payment, reference)


def _taken(payment: Payment, reference: str) -> Write:
    key = f"capture:order:{payment.id}"
    return partial(payments.captured, payment, minor=payment.amount_minor, reference=reference, key=key)


def _give_back(ctx: StepContext, payment: Payment, taken: str) -> list[Write]:
    minor = payment.amount_minor - payment.refunded_minor - parcels.drawn(payment.order).get(payment.id, 0)
    if not minor:
        return []
    key = ctx.key.part(f"{payment.position}/refund")
    reference = tenders.give_back(payment, taken=taken, minor=minor, part="taken-back", key=key)
    refunded = partial(payments.refunded, payment, minor=minor, reference=reference, key=f"refund:order:{payment.id}")
    return [_taken(payment, taken), refunded]  # the step may have been refused before it noted what it had taken
