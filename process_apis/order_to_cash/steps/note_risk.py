"""A shop has come to think that an order may be a fraud: hold it; where goods are on their way, tell the desk.

Several may think about one order, the shop and its apps: the latest word of each counts, and the gravest of them.
"""

from datetime import timedelta
from uuid import UUID

from canonical.order import Risk
from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.order_to_cash import suspicion
from process_apis.orders import queries
from process_apis.orders.holds import ASSESSED
from process_apis.orders.models import Order, OrderEvent
from retail_platform.kernel import correlation
from system_apis.commerce.gateway import commerce
from system_apis.inbox import queries as inbox

_LOOK_AGAIN, _FOR_HOW_LONG = timedelta(seconds=30), timedelta(hours=1)


def note_risk(ctx: StepContext) -> Outcome:
    message = inbox.message(UUID(ctx.subject))
    report = commerce(message.connection.channel).read_risk(bytes(message.raw))
    known = queries.at_channel(message.connection.channel, report.channel_order_id)
    if known is None:
        if ctx.now - message.received_at > _FOR_HOW_LONG:
            return Done(order_number="")  # it is no order of ours
        return Wait(fact="", until=ctx.now + _LOOK_AGAIN)
    order = queries.locked(known.number)
    if report.pending:  # what it said before stands until it has come to an end
        return Done(order_number=order.number, risk="pending")
    said = {"provider": report.provider, "risk": str(report.risk or "")}
    OrderEvent.objects.create(order=order, name=ASSESSED, detail=said, correlation_id=correlation.current())
    order.risk = Risk.HIGH if Risk.HIGH in _words(order).values() else ""
    Order.objects.filter(id=order.id).update(risk=order.risk)
    if order.risk:
        suspicion.look_at(order, now=ctx.now)
    return Done(order_number=order.number, risk=str(report.risk or ""))


def _words(order: Order) -> dict[str, str]:
    """What each thinks of it now."""
    told = OrderEvent.objects.filter(order=order, name=ASSESSED).order_by("id").values_list("detail", flat=True)
    return {detail["provider"]: detail["risk"] for detail in told}
