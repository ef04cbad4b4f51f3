"""A refund came back to the provider: what we owe is owed again, and somebody finds another way."""

from datetime import timedelta
from uuid import UUID

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine.process import Done, NeedsPerson, Outcome, StepContext, Wait
from process_apis.return_to_refund import paying
from process_apis.returns import money, services
from process_apis.returns.models import Refund, RefundState, ReturnState
from system_apis.inbox import queries as inbox
from system_apis.payments.gateway import payments

_LOOK_AGAIN = timedelta(minutes=15)


def record_bounce(ctx: StepContext) -> Done:
    message = inbox.message(UUID(ctx.subject))
    told = payments(message.connection.code).read_refund_failure(bytes(message.raw))
    refund = Refund.objects.select_related("parent").filter(provider_reference=told.refund).first()
    if refund is None or (refund.amount_minor, refund.currency) != (told.amount.minor, told.amount.currency):
        raise NeedsPerson(
            f"refund {told.refund} of {told.amount.text} {told.amount.currency} bounced; no refund of a return is that",
            proposal="it may be of a cancelled order: pay it another way, book it, then skip this step",
            kind="business",
        )
    paying.came_back(refund, why=told.reason or "the provider could not deliver it")
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"refund_failed:{refund.id}",
        subject=refund.parent.number,
        title=f"a refund of return {refund.parent.number} could not be delivered: {told.reason or 'no reason given'}",
        detail=f"{told.amount.text} {told.amount.currency}, refund {told.refund}; what we owe the customer stays owed.",
        proposal="Ask the customer for another way; then refund otherwise, as store credit or transfer.",
    )
    return Done(bounce_entry=f"{paying.entry_reference(refund)}-B", refund=str(refund.id))


def await_other_way(ctx: StepContext) -> Outcome:
    """Somebody asks the customer, and says how it is paid instead; the old refund is replaced by a new one then."""
    refund = Refund.objects.get(id=ctx.facts["refund"])
    if refund.state == RefundState.FAILED:
        return Wait("return.refund_replaced", until=ctx.now + _LOOK_AGAIN)
    return Done()


def pay_other_way(ctx: StepContext) -> Done:
    """The return's own journey is over, so this one pays. What it is to post is noted before it is paid.

    A worker that dies in between finds nothing left to pay, and still an entry that the ERP has not.
    """
    bounced = Refund.objects.select_related("parent").get(id=ctx.facts["refund"])
    pending = bounced.parent.refunds.filter(state__in=money.OPEN).select_related("parent")
    entries: list[str] = list(ctx.facts.get("refund_entries") or [])
    for refund in pending.order_by("key"):
        entries = list(dict.fromkeys([*entries, paying.entry_reference(refund)]))
        ctx.keep(refund_entries=entries)
        money.sent(refund)
        paying.pay(refund, key=ctx.key, now=ctx.now)
    parent = bounced.parent
    if services.move(parent, to=ReturnState.REFUNDED, since=[ReturnState.CREDITED, ReturnState.REFUND_FAILED]):
        services.tell(parent, "return.refunded")
    services.close(parent, now=ctx.now)
    return Done(refund_entries=entries)
