"""Some channels change an order by cancelling it and making a new one that names the first (Adobe Commerce does).

The first is taken back as any order its channel cancels, whichever of both words comes first. The new one sets nothing
aside and holds no money before that is through: so goods and money are never claimed twice.
"""

from datetime import datetime, timedelta

from process_apis.engine.process import NeedsPerson, Wait
from process_apis.order_to_cash import chain
from process_apis.orders import cancellation_queries, cancellations, queries, services
from process_apis.orders.models import AskedBy, CancellationState, Order, OrderState

KEY = "channel:cancelled"  # that of the channel's own word, so that both are one request
_LOOK_AGAIN = timedelta(seconds=5)


def follow(order: Order, *, inbox_id: str, now: datetime) -> None:
    """An order has come in: take back the one it was made from; and itself, where what it has become was faster."""
    first, then = queries.made_anew_from(order), queries.goes_on_as(order)
    for old, new in ((first, order), (order, then)):
        if old is None or new is None:
            continue
        for each in chain.links(old):
            cancellations.request(
                number=each.number, key=KEY, asked_by=AskedBy.CHANNEL, by=old.channel,
                reason=f"changed at the channel to {new.number}", evidence={"inbox_id": inbox_id}, now=now,
            )  # fmt: skip
        services.tell(old, "order.changed", changes=[f"its channel made it anew as {new.number}"])


def first_taken_back(order: Order, *, now: datetime) -> Wait | None:
    """Something to wait for while the order it was made from is being taken back. Raises NeedsPerson: some had left."""
    first = queries.made_anew_from(order)
    links = chain.links(first) if first else []
    if any(cancellation_queries.unsettled(each) for each in links):
        return Wait(fact="", until=now + _LOOK_AGAIN)
    if gone := [each.number for each in links if _left(each)]:
        raise NeedsPerson(
            f"order {order.number} is what its channel made of {', '.join(gone)}, of which goods had left already",
            proposal="cancel here what the customer has; then skip this step with that as reason. Or take the order "
            "back, if all of it had left. What the customer sends back is refunded by itself",
            kind="business",
        )
    return None


def _left(order: Order) -> bool:
    back = order.cancellations.filter(state=CancellationState.BECOMES_RETURN).exists()
    return back or (order.state != OrderState.CANCELLED and any(line.shipped for line in order.lines.all()))
