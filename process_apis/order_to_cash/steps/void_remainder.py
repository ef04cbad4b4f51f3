"""Let go what was held for an order and is not needed any more: every line has left or is cancelled."""

from collections.abc import Callable
from functools import partial

from process_apis.catalog.tender_models import SettledBy
from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash import tenders
from process_apis.orders import payments, queries
from process_apis.orders.models import PaymentState

_HOLDS = (PaymentState.AUTHORIZED, PaymentState.PART_CAPTURED, PaymentState.AUTH_EXPIRED)


def void_remainder(ctx: StepContext) -> Done:
    writes: list[Callable[[], object]] = []
    minor = 0
    for payment in queries.payments_of(ctx.subject):
        if payment.state in _HOLDS and payment.held_minor and payment.settled_by != SettledBy.TERMS:
            tenders.let_go(payment, authorization=payment.authorization, key=ctx.key.part(str(payment.position)))
            writes.append(partial(payments.voided, payment))
            minor += payment.held_minor
    return Done(voided_minor=minor, then=writes)
