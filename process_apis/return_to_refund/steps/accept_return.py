"""Let a return go on; above the limit of its policy only once a second person has approved it."""

from datetime import timedelta

from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.return_to_refund import sold
from process_apis.return_to_refund.story import going_on
from process_apis.returns import services
from process_apis.returns.models import HeldFor, ReturnKind, ReturnState

_LOOK_AGAIN = timedelta(days=1)


def accept_return(ctx: StepContext) -> Outcome:
    parent = going_on(ctx)
    if parent is None:
        return Done(accepted=False)
    asks = parent.kind != ReturnKind.CHANNEL_REFUND  # what the channel has paid back, nobody can hold any more
    limit = sold.policy(parent.channel).approval_above_minor
    waiting = parent.state in (ReturnState.REQUESTED, ReturnState.HELD, ReturnState.RECEIVED)
    if asks and waiting and parent.total_minor > limit and not parent.approved_by:
        services.hold(parent, reason=HeldFor.APPROVAL, waits_for=f"approval above {limit}")
        return Wait("return.authorised return.rejected", until=ctx.now + _LOOK_AGAIN)
    if parent.state == ReturnState.REQUESTED:
        services.authorise(parent, by="policy")
    return Done(accepted=True)
