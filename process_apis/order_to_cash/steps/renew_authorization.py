"""Hold money anew before its hold lapses, then let the old hold go; where it cannot be held, the order is put on hold.

The new hold is written down before the old one goes, so that a parcel that leaves meanwhile finds money either way.
"""

from functools import partial

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash import tenders
from process_apis.orders import payments, queries
from process_apis.orders.models import Payment, PaymentState
from system_apis.errors import NotAllowed, Refused
from system_apis.payments.gateway import payments as provider

_TO_BE_TAKEN = (PaymentState.AUTHORIZED, PaymentState.PART_CAPTURED, PaymentState.AUTH_EXPIRED)


def renew_authorization(ctx: StepContext) -> Done:
    payment = _payment(ctx)
    old = payment.authorization
    if payment.state not in _TO_BE_TAKEN or not payment.held_minor:
        return Done(old_hold="")
    held = provider().authorize(tenders.request(payment, minor=payment.held_minor), key=ctx.key)
    return Done(old_hold=old, new_hold=held.reference, then=[partial(payments.renewed, payment, held)])


def let_old_hold_go(ctx: StepContext) -> Done:
    if old := ctx.facts["old_hold"]:
        try:
            provider().void(old, key=ctx.key)
        except NotAllowed:
            raise
        except Refused:  # it has lapsed or is used up, which is what we wanted
            return Done(old_hold_was_gone=True)
    return Done()


def hold_for_payment(ctx: StepContext) -> Done:
    """The undo: nothing is held beyond the old hold's end, so people decide before goods leave for nothing."""
    payment = _payment(ctx)
    number = payment.order.number
    case = partial(
        cases.open_case,
        kind=CaseKind.BUSINESS,
        fingerprint=f"payment:{payment.id}",
        subject=number,
        title=f"order {number}: its {payment.kind} cannot be held again; {ctx.facts.get('refused_because', '')}",
        detail=f"{payment.authorization} lapses at {payment.expires_at:%Y-%m-%d %H:%M} UTC.",
        proposal="Ask the customer for another means of payment, or cancel the order, before the parcel leaves.",
    )
    return Done(then=[partial(payments.hold_order, payment), case])


def _payment(ctx: StepContext) -> Payment:
    told = ctx.facts["started_by"]
    return queries.payment(told["order_number"], position=told["position"])
