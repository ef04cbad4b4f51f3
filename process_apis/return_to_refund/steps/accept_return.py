"""Let a return go on; above the limits of its policy only once a second person has approved it."""

from datetime import datetime, timedelta

from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.return_to_refund import sold
from process_apis.return_to_refund.decisions import Policy
from process_apis.return_to_refund.story import going_on
from process_apis.returns import identities, services
from process_apis.returns.models import HeldFor, Return, ReturnKind, ReturnState

_LOOK_AGAIN = timedelta(days=1)
_ASKED = (  # at a counter the goods may be here, and looked at, before anybody was asked
    ReturnState.REQUESTED, ReturnState.HELD, ReturnState.RECEIVED, ReturnState.INSPECTED, ReturnState.DISPOSITION_SET,
)  # fmt: skip


def accept_return(ctx: StepContext) -> Outcome:
    parent = going_on(ctx)
    if parent is None:
        return Done(accepted=False)
    asks = parent.state in _ASKED and not parent.approved_by
    if asks and (why := _second_look(parent, sold.policy(parent.channel), now=ctx.now)):
        services.hold(parent, reason=HeldFor.APPROVAL, waits_for=why)
        return Wait("return.authorised return.rejected", until=ctx.now + _LOOK_AGAIN)
    if parent.state == ReturnState.REQUESTED:
        services.authorise(parent, by="policy")
    return Done(accepted=True)


def _second_look(parent: Return, policy: Policy, *, now: datetime) -> str:
    """Why a second person has to agree; "" if nobody has. What the channel has paid back, nobody can hold any more."""
    if parent.kind == ReturnKind.CHANNEL_REFUND:
        return ""
    if parent.total_minor > policy.approval_above_minor:
        return f"approval above {policy.approval_above_minor}"
    if policy.often and (returns := identities.returns_of_late(parent, now=now)) > policy.often:
        return f"approval of return {returns} of this customer in {identities.WINDOW.days} days"
    return ""
