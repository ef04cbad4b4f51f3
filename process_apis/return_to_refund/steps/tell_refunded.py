"""Tell the shop where the order was placed what came back; what the shop took, it gives back on our word.

A channel that refunded before it told us is told nothing: a second refund would be the customer's third.
"""

from collections import Counter

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, StepContext
from process_apis.orders import queries as orders
from process_apis.return_to_refund.story import going_on
from process_apis.returns.models import Refund, RefundState, RefundWay, ReturnKind
from system_apis.commerce.gateway import commerce


def tell_refunded(ctx: StepContext) -> Done:
    """Goods are told of by line; a goodwill has none, and our own storefront reads the return here."""
    parent = going_on(ctx)
    if parent is None or not parent.order_number or parent.kind == ReturnKind.CHANNEL_REFUND:
        return Done(channel="knows it")
    order = orders.order(parent.order_number)
    sold_as = {line.line_id: line.sold_as for line in order.lines.all()}  # it knows of no substitute
    units: Counter[str] = Counter()
    for line in parent.lines.all():
        units[sold_as.get(line.line_id, line.line_id)] += line.units
    if not catalog.channel(order.channel).commerce or not units:
        return Done(channel="reads it here")
    paid = Refund.objects.filter(parent=parent, way=RefundWay.CHANNEL, state=RefundState.DONE)
    by_shop = sum(paid.values_list("amount_minor", flat=True))
    told = commerce(order.channel).tell_refunded(
        order.channel_order_id,
        units,
        by_shop=Money(minor=by_shop, currency=order.currency) if by_shop else None,
        reason=parent.reason or f"return {parent.number}",
        key=ctx.key,
    )
    return Done(channel_refund=told.value)
