"""Choose which node sends what and set the goods aside; give them back when the order is taken back."""

from datetime import datetime

from canonical.order import Address, LineKind
from process_apis.engine.process import Done, NeedsPerson, Rejected, StepContext
from process_apis.orders import queries, services
from process_apis.orders.models import Order, OrderState, PaymentState
from process_apis.sourcing import services as sourcing
from process_apis.sourcing.decisions import Part
from process_apis.stock import services as stock
from process_apis.stock.reserving import pre_orders

LOOKS = 3  # other baskets may be faster each time; then what is left is looked at again


def reserve_stock(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    parts = _promise(order, now=ctx.now)
    if services.move_on(order, to=OrderState.RESERVED, since=[OrderState.ACCEPTED]):
        services.tell(order, "order.reserved")
    return Done(nodes=sorted({node for _, _, node, _ in parts}))


def release_stock(ctx: StepContext) -> Done:
    sourcing.take_back(order_number=ctx.subject)
    return Done(units_given_back=stock.release(order_number=ctx.subject))


def _promise(order: Order, *, now: datetime) -> list[Part]:
    lines = [
        (line.line_id, line.sku, line.quantity - line.cancelled) for line in order.lines.all() if not line.is_service
    ]
    pre_orders.follow([line.sku for line in order.lines.all() if line.kind == LineKind.PRE_ORDER])
    collected_at = {order.pickup_node} if order.pickup_node else None
    near = Address(**order.ship_to).point
    for look in range(1, LOOKS + 1):
        choice = sourcing.source(lines, channel=order.channel, now=now, near=near, nodes=collected_at)
        if choice.parts is None:
            raise _sold_out(order, choice.why_not)
        try:
            stock.reserve(order_number=order.number, demands=[stock.Demand(*part) for part in choice.parts])
        except stock.OutOfStock as lost:
            if look == LOOKS:
                raise _sold_out(order, str(lost)) from lost
        else:
            sourcing.keep(choice, order_number=order.number, channel=order.channel, looks=look, now=now)
            return choice.parts
    raise AssertionError("a look either promises or refuses")


def _sold_out(order: Order, why: str) -> Exception:
    """An order nobody has paid yet is turned down; one the channel has been paid for is a person's to decide."""
    if any(payment.state == PaymentState.PREPAID for payment in order.payments.all()):
        return NeedsPerson(
            f"sold out, and the customer has paid {order.channel}: {why}",
            proposal="bring stock in and resume, or take the order back and refund it at the channel",
            kind="business",
        )
    return Rejected(f"sold out: {why}")
