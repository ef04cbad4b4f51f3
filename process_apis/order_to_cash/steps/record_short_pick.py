"""A node lacks what it was asked to send: do what the rule says, under the order's lock. Reads one inbox message."""

from datetime import timedelta
from uuid import UUID

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine.process import Done, NeedsPerson, Outcome, StepContext, Wait
from process_apis.fulfilment.models import Cause
from process_apis.fulfilment.services import Part
from process_apis.order_to_cash import missing
from process_apis.orders import cancellation_queries, queries
from process_apis.orders.models import OrderState
from system_apis.inbox import queries as inbox
from system_apis.wms.gateway import wms

OVER = (OrderState.CANCELLED, OrderState.CLOSED)
LONGEST_LOOK_S = 60


def record_short_pick(ctx: StepContext) -> Outcome:
    message = inbox.message(UUID(ctx.subject))
    short = wms(message.connection.code).read_short(bytes(message.raw))
    try:
        order = queries.locked(short.order_number)
    except queries.NoSuchOrder as unknown:
        raise NeedsPerson(
            f"{short.node} lacks goods of an order we do not know ({short.order_number})",
            proposal="find out at the warehouse whose it is, then skip this step",
            kind="business",
        ) from unknown
    if order.state in OVER:
        return Done(outcome="the order is over")
    if cancellation_queries.unsettled(order):  # Note [Turns]
        return wait_a_while(ctx)
    parts = [Part(line.line_id, line.sku, short.node, line.quantity) for line in short.lines]
    outcome = missing.handle(order, parts, cause=Cause.SHORT_PICK, now=ctx.now)
    skus = ", ".join(sorted({part.sku for part in parts}))
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"short:{short.node}:{skus}",
        subject=order.number,
        title=f"{short.node} does not find {skus}: {short.reason or 'no reason given'}",
        detail=f"Release {short.reference} of order {order.number}.",
        proposal=f"Have {short.node} count {skus}: our book says it has them, and promises them to the next customer.",
    )
    return Done(outcome=outcome)


def wait_a_while(ctx: StepContext) -> Wait:
    """Until whatever changes the order right now is through: a short time first, then longer."""
    looks = ctx.facts.get("looks", 0)
    ctx.keep(looks=looks + 1)
    return Wait(fact="order.cancellation_settled", until=ctx.now + timedelta(seconds=min(2**looks, LONGEST_LOOK_S)))
