"""Give the money back, part by part. A way that is closed does not keep the other parts waiting."""

from datetime import timedelta

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.return_to_refund import paying
from process_apis.return_to_refund.story import going_on
from process_apis.returns import money, services
from process_apis.returns.models import Refund, RefundState, Return, ReturnState
from system_apis.errors import NotAllowed, Refused

_LOOK_AGAIN = timedelta(days=1)
_BEFORE = (ReturnState.CREDITED, ReturnState.REFUND_FAILED, ReturnState.HELD)


def pay_refunds(ctx: StepContext) -> Outcome:
    """Each part is written down once it is through, so a worker that dies between two gives none of them twice."""
    parent = going_on(ctx)
    if parent is None:
        return Done()
    for refund in parent.refunds.filter(state__in=money.OPEN).select_related("parent").order_by("key"):
        if paying.by_channel(parent):
            paying.record(refund, paying.tender_of(refund), reference="channel", now=ctx.now)
            continue
        money.sent(refund)
        try:
            paying.pay(refund, key=ctx.key, now=ctx.now)
        except NotAllowed:  # our own credentials: nothing is wrong with the customer's card
            raise
        except Refused as refused:
            paying.failed(refund, why=str(refused))
    failed = list(parent.refunds.filter(state=RefundState.FAILED))
    if failed:
        _ask(parent, failed)
        return Wait("return.refund_replaced", until=ctx.now + _LOOK_AGAIN)
    return Done(then=[lambda: _refunded(parent)])


def _refunded(parent: Return) -> None:
    if services.move(parent, to=ReturnState.REFUNDED, since=_BEFORE):
        services.tell(parent, "return.refunded")


def _ask(parent: Return, failed: list[Refund]) -> None:
    why = "; ".join(f"{refund.get_way_display()}: {refund.failure}" for refund in failed)
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"return:{parent.number}:refund",
        subject=parent.number,
        title=f"return {parent.number} could not be refunded the way it was paid",
        detail=f"{why}. The customer is still owed it.",
        proposal="Ask the customer, then pay it otherwise: on the return, refund otherwise (store credit or transfer).",
    )
