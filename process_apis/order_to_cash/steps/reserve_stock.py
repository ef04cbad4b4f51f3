"""Choose which node sends what and set the goods aside; give them back when the order is taken back."""

from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, NeedsPerson, Rejected, StepContext
from process_apis.order_to_cash import decisions
from process_apis.orders import queries, services
from process_apis.orders.models import Order, OrderState, PaymentState
from process_apis.stock import queries as stock_queries
from process_apis.stock import services as stock


def reserve_stock(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    lines = list(order.lines.all())
    demand = [(line.line_id, line.sku, line.quantity - line.cancelled) for line in lines]
    free = stock_queries.free({line.sku for line in lines})
    parts = decisions.source(
        demand,
        free=free,
        places=[decisions.Place(code=node.code, rank=node.rank) for node in catalog.nodes().values()],
    )
    if parts is None:
        raise _sold_out(order, "; ".join(decisions.short_of(demand, free=free)))
    try:
        stock.reserve(order_number=order.number, demands=[stock.Demand(*part) for part in parts])
    except stock.OutOfStock as lost:  # another basket was faster since we looked
        raise _sold_out(order, str(lost)) from lost
    if services.move_on(order, to=OrderState.RESERVED, since=[OrderState.ACCEPTED]):
        services.tell(order, "order.reserved")
    return Done(nodes=sorted({node for _, _, node, _ in parts}))


def release_stock(ctx: StepContext) -> Done:
    return Done(units_given_back=stock.release(order_number=ctx.subject))


def _sold_out(order: Order, why: str) -> Exception:
    """An order nobody has paid yet is turned down; one the channel has been paid for is a person's to decide."""
    if any(payment.state == PaymentState.PREPAID for payment in order.payments.all()):
        return NeedsPerson(
            f"sold out, and the customer has paid {order.channel}: {why}",
            proposal="bring stock in and resume, or take the order back and refund it at the channel",
            kind="business",
        )
    return Rejected(f"sold out: {why}")
