"""Have the provider hold the money of each tender, or note that the channel has taken it; let it go when taken back."""

from collections.abc import Callable
from functools import partial

from canonical.money import Money
from canonical.payment import PaymentRequest
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.orders import queries, services
from process_apis.orders.models import PaymentState
from system_apis.payments.gateway import payments


def confirm_payment(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    held: list[Callable[[], object]] = []
    for payment in order.payments.all():
        if payment.state == PaymentState.PREPAID:
            held.append(partial(services.prepaid, payment))
        elif payment.state == PaymentState.PROMISED and payment.amount_minor:
            request = PaymentRequest(
                order_number=order.number,
                token=payment.reference,
                amount=Money(minor=payment.amount_minor, currency=order.currency),
            )
            authorization = payments().authorize(request, key=ctx.key.part(str(payment.position)))
            ctx.keep(**{f"authorization_{payment.position}": authorization.reference})
            held.append(partial(services.authorized, payment, authorization))
    return Done(tenders=len(held), then=held)


def give_payment_back(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    voided: list[Callable[[], object]] = []
    for payment in order.payments.all():
        if payment.state == PaymentState.PREPAID:
            raise NeedsPerson(
                f"{order.channel} holds the customer's money for order {order.number}",
                proposal="refund it at the channel, then skip this step with the refund's number as the reason",
                kind="business",
            )
        reference = payment.authorization or ctx.facts.get(f"authorization_{payment.position}", "")
        if reference and payment.state in (PaymentState.AUTHORIZED, PaymentState.PROMISED):
            payments().void(reference, key=ctx.key.part(str(payment.position)))
            voided.append(partial(services.voided, payment))
    return Done(voided=len(voided), then=voided)
