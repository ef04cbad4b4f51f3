"""Give up what a customer left at the counter: to the shelf, off the order; its hold ends when the order closes."""

from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.orders import queries, rest
from process_apis.orders.models import Order
from process_apis.pickups import queries as pickups
from process_apis.pickups import services as counter
from process_apis.pickups.models import PickupState
from process_apis.stock import services as stock


def give_up_rest(ctx: StepContext) -> Done:
    pickup = pickups.pickup(ctx.subject)
    if pickup.state != PickupState.COLLECTED_PARTIAL:
        return Done()
    order = queries.locked(pickup.order_number)
    if _paid_before(order):
        raise NeedsPerson(
            f"the customer has paid for what was left at the counter ({order.number})",
            proposal="refund it the way it was paid, cancel the lines, then skip this step with the refund's number",
            kind="business",
        )
    units = stock.release(order_number=order.number)
    rest.give_up(order, reason="the customer left it at the counter", now=ctx.now)
    return Done(units_given_back=units)


def settle_pickup(ctx: StepContext) -> Done:
    """The other books know; the order's own journey goes on, or turns back where nothing was collected."""
    counter.settled(pickups.pickup(ctx.subject), now=ctx.now)
    return Done()


def _paid_before(order: Order) -> bool:
    return any(payment.taken_before_goods_leave and payment.captured_minor for payment in order.payments.all())
