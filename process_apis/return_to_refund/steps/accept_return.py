"""Let a return go on; above the limits of its policy only once a second person has approved it."""

from datetime import timedelta

from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.return_to_refund import approval, elsewhere
from process_apis.return_to_refund.story import going_on
from process_apis.returns import services
from process_apis.returns.models import HeldFor, ReturnState

_LOOK_AGAIN = timedelta(days=1)
_ASKED = (  # at a counter the goods may be here, and looked at, before anybody was asked
    ReturnState.REQUESTED, ReturnState.HELD, ReturnState.RECEIVED, ReturnState.INSPECTED, ReturnState.DISPOSITION_SET,
)  # fmt: skip


def accept_return(ctx: StepContext) -> Outcome:
    parent = going_on(ctx)
    if parent is None:
        return Done(accepted=False)
    if parent.state in _ASKED and (why := approval.needed(parent, now=ctx.now)):
        services.hold(parent, reason=HeldFor.APPROVAL, waits_for=why)
        if parent.settled_as in elsewhere.LEAVES and (total := elsewhere.too_much(parent, minor=parent.total_minor)):
            elsewhere.report(parent, total=total)
        return Wait("return.authorised return.rejected", until=ctx.now + _LOOK_AGAIN)
    if parent.state == ReturnState.REQUESTED:
        services.authorise(parent, by="policy")
    return Done(accepted=True)
