"""Tell the shop where an order was placed what of it is cancelled; it gives back what it has taken for that."""

from collections import Counter
from uuid import UUID

from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash import chain
from process_apis.orders import cancellation_queries
from process_apis.orders.models import AskedBy, CancellationState
from system_apis.commerce.gateway import commerce


def tell_cancelled(ctx: StepContext) -> Done:
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    order = asked.order
    if asked.asked_by == AskedBy.CHANNEL or asked.state != CancellationState.GRANTED:
        return Done(channel="knows, or nothing is different for it")
    if not catalog.channel(order.channel).commerce:
        return Done(channel="our own: it reads the order's status here")
    units: Counter[str] = Counter()
    for each in asked.lines.select_related("line"):
        units[each.line.sold_as] += each.cancelled
    whole = asked.whole and len(chain.links(order)) == 1 and not order.replaces
    name = chain.id_at_channel(order)
    told = commerce(order.channel).tell_cancelled(name, +units, whole=whole, reason=asked.asked_by, key=ctx.key)
    return Done(channel_ref=told.value)
