"""Wait until the goods are here and somebody has said what becomes of them; then settle for what really came."""

from datetime import timedelta
from functools import partial

from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.return_to_refund import gift_cards, settling, turning_away
from process_apis.return_to_refund.opening import WITHOUT_GOODS
from process_apis.return_to_refund.story import going_on
from process_apis.returns import queries
from process_apis.returns.models import Disposition, ReceiptLine

_NEWS = "return.received return.inspected return.rejected return.expired"
_LOOK_AGAIN = timedelta(days=1)


def await_goods(ctx: StepContext) -> Outcome:
    parent = going_on(ctx)
    if parent is None or parent.kind in WITHOUT_GOODS or gift_cards.only(parent):
        return Done(goods="none to wait for")
    came = queries.received(parent)
    if not came:
        if parent.expires_at and ctx.now > parent.expires_at and turning_away.expire(parent, now=ctx.now):
            return Done(goods="never came")
        return Wait(_NEWS, until=min(parent.expires_at or ctx.now + _LOOK_AGAIN, ctx.now + _LOOK_AGAIN))
    if any(line.disposition == Disposition.PENDING or _suspect(line) for line in came):
        return Wait(_NEWS, until=ctx.now + _LOOK_AGAIN)
    accepted = queries.accepted(parent)
    return Done(goods=accepted, then=[partial(settling.settle_for, parent, accepted, now=ctx.now)])


def _suspect(line: ReceiptLine) -> bool:
    """Nobody is paid for these until somebody has looked into it."""
    return bool(line.suspect) and line.disposition == Disposition.QUARANTINE
