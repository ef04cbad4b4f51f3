"""Read a chargeback out of the inbox and write it down: opened, or decided, in whichever order we hear of it."""

from uuid import UUID

from canonical.dispute import DisputeReport, DisputeStanding
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.orders.models import PaymentMovement
from process_apis.returns import disputes
from process_apis.returns.models import DisputeState
from system_apis.inbox import queries as inbox
from system_apis.payments.gateway import payments

_DECIDED = {DisputeStanding.WON: DisputeState.WON, DisputeStanding.LOST: DisputeState.LOST}


def record_dispute(ctx: StepContext) -> Done:
    message = inbox.message(UUID(ctx.subject))
    told = payments(message.connection.code).read_dispute(bytes(message.raw))
    taken = _taken(told)
    dispute = disputes.opened(
        reference=told.reference,
        order_number=taken.payment.order.number,
        payment=taken.payment.position,
        amount_minor=told.amount.minor,
        fee_minor=told.fee.minor,
        currency=told.amount.currency,
        now=told.at,
        reason=told.reason,
        answer_by=told.answer_by,
    )
    if told.standing in _DECIDED:
        disputes.decided(dispute, state=_DECIDED[told.standing], now=told.at)
    return Done(dispute=dispute.reference, answer_by=told.answer_by.isoformat() if told.answer_by else "")


def _taken(told: DisputeReport) -> PaymentMovement:
    """The capture it is about. Raises NeedsPerson for one we do not know, or another currency."""
    found = (
        PaymentMovement.objects.select_related("payment__order")
        .filter(kind="capture", provider_reference=told.capture)
        .first()
    )
    if found is None or found.currency != told.amount.currency:
        known = f"is in {found.currency}" if found else "is none of ours"
        amount = f"{told.amount.text} {told.amount.currency}"
        raise NeedsPerson(
            f"dispute {told.reference} takes {amount} of {told.capture}, which {known}",
            proposal="look the capture up at the provider; book the dispute by hand if it is ours, then skip this step",
            kind="business",
        )
    return found
