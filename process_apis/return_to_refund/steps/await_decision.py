"""A chargeback from its opening to the bank's decision: block the money, answer, wait, settle.

Lost with a refund still owed, the chargeback has paid that refund; what is beyond it is a loss. A refund that was sent
before is evidence: whoever pays twice gets one of the two back.
"""

from datetime import timedelta
from functools import partial

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.orders import queries, returning
from process_apis.orders.models import Payment
from process_apis.return_to_refund import chargebacks, entries
from process_apis.return_to_refund.booking import book
from process_apis.returns import disputes
from process_apis.returns.models import Dispute, DisputeState, Refund
from system_apis.errors import Refused
from system_apis.payments.gateway import payments

LOOK_AGAIN = timedelta(days=7)


def block_disputed_money(ctx: StepContext) -> Done:
    """What the bank has taken cannot be given back as well."""
    dispute = disputes.one(ctx.subject)
    return Done(blocked_minor=returning.disputed(_payment(dispute), minor=dispute.amount_minor))


def book_dispute(ctx: StepContext) -> Done:
    dispute = disputes.one(ctx.subject)
    legs = entries.dispute_legs(
        "opened", amount=dispute.amount_minor, fee=dispute.fee_minor, role=_payment(dispute).role
    )
    return Done(dispute_entry=_book(ctx, dispute, "dispute", legs))


def answer_dispute(ctx: StepContext) -> Done:
    """Refunded before: that is the evidence, and we send it ourselves. If not, a person decides whether to contest."""
    dispute = disputes.one(ctx.subject)
    sent = disputes.given_back(dispute)
    if not sent or dispute.state != DisputeState.OPEN:
        return Done(evidence="", then=[partial(_ask_person, dispute, sent=())])
    evidence = _evidence(sent)
    try:
        payments().submit_evidence(dispute.reference, evidence, key=ctx.key)
    except Refused as late:
        return Done(evidence="", too_late=str(late))
    return Done(
        evidence=evidence,
        then=[partial(disputes.answered, dispute, evidence=evidence), partial(_ask_person, dispute, sent=tuple(sent))],
    )


def await_decision(ctx: StepContext) -> Outcome:
    if disputes.one(ctx.subject).state == DisputeState.OPEN:
        return Wait(fact="dispute.decided", until=ctx.now + LOOK_AGAIN)
    return Done()


def settle_dispute(ctx: StepContext) -> Done:
    dispute = disputes.one(ctx.subject)
    payment = _payment(dispute)
    if dispute.state == DisputeState.WON:
        returning.undisputed(payment, minor=ctx.facts["blocked_minor"])
        legs = entries.dispute_legs("won", amount=dispute.amount_minor, role=payment.role)
        return Done(decision_entry=_book(ctx, dispute, "dispute_won", legs), then=[_wake(dispute)])
    owed = chargebacks.settle_lost(dispute, blocked_minor=ctx.facts["blocked_minor"], now=ctx.now)
    legs = entries.dispute_legs("lost", amount=dispute.amount_minor, owed=owed)
    if sent := disputes.given_back(dispute):
        _recover(dispute, sent)
    return Done(decision_entry=_book(ctx, dispute, "dispute_lost", legs), then=[_wake(dispute)])


def _payment(dispute: Dispute) -> Payment:
    return queries.order(dispute.order_number).payments.get(position=dispute.payment)


def _book(ctx: StepContext, dispute: Dispute, purpose: str, legs: list[tuple[str, int]]) -> str:
    return book(
        reference=f"{purpose.upper().replace('_', '-')}-{dispute.reference}"[:64],
        purpose=purpose,
        source_event=f"dispute:{dispute.reference}",
        legs=legs,
        currency=dispute.currency,
        order_number=dispute.order_number,
        memo=f"Chargeback of order {dispute.order_number}",
    )


def _wake(dispute: Dispute) -> partial[int]:
    return partial(disputes.let_go_on, dispute)


def _evidence(sent: list[Refund]) -> str:
    told = [
        f"{refund.amount_minor} {refund.currency} (smallest units) as {refund.provider_reference} "
        f"on {refund.done_at:%Y-%m-%d}, return {refund.parent.number}"
        for refund in sent
        if refund.done_at
    ]
    return f"The customer has been refunded already: {'; '.join(told)}."


def _ask_person(dispute: Dispute, *, sent: tuple[Refund, ...]) -> None:
    told = _evidence(list(sent)) if sent else "Nothing has been refunded to this tender."
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"dispute:{dispute.reference}",
        subject=dispute.order_number,
        title=f"the bank has taken back {dispute.amount_minor} {dispute.currency} (smallest units) of order "
        f"{dispute.order_number}: dispute {dispute.reference}",
        detail=told,
        proposal="We have sent this as evidence; add what else there is at the provider."
        if sent
        else "Contest it at the provider with proof of delivery, or accept it. Refunds to this tender wait meanwhile.",
    )


def _recover(dispute: Dispute, sent: list[Refund]) -> None:
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"dispute-lost:{dispute.reference}",
        subject=dispute.order_number,
        title=f"order {dispute.order_number} was paid back twice: by us and by dispute {dispute.reference}, lost",
        detail=_evidence(sent),
        proposal="Recover one of the two from the customer; until then it stands as a chargeback loss.",
    )
