"""Requests nobody answered and goods that have come in: told as facts. The sweeper calls `sweep` on each round."""

from django.db import connection, transaction

from process_apis.fulfilment import queries
from process_apis.fulfilment.models import RequestState, SendRequest
from retail_platform.kernel import clock, correlation
from retail_platform.kernel.outbox import services as outbox

AT_MOST = 100
# Whoever has sent something has said yes; of an order that is over nobody has to.
_SETTLED = """
UPDATE fulfilment_sendrequest request SET state = 'taken' FROM orders_order o
WHERE request.state = 'asked' AND request.told_at IS NULL AND request.answer_by <= %(now)s
  AND o.number = request.order_number AND (o.state IN ('closed', 'cancelled', 'shipped') OR EXISTS (
      SELECT FROM orders_parcel parcel WHERE parcel.order_id = o.id AND parcel.node = request.node
        AND parcel.dispatched_at >= request.asked_at))
"""

_ARRIVED = f"""
UPDATE fulfilment_sentlater SET told_at = %(now)s WHERE id IN (
    SELECT later.id FROM fulfilment_sentlater later JOIN stock_stockposition position USING (sku, node)
    WHERE later.state = 'waiting' AND later.needs_goods AND later.told_at IS NULL AND {queries.ARE_THERE}
    ORDER BY later.since LIMIT %(most)s FOR UPDATE OF later SKIP LOCKED)
RETURNING id, order_number, sku, node
"""  # noqa: S608 - our own words


def sweep() -> int:
    """Tell of both, each once. Returns how many were told of. Several may do so at once."""
    return tell_unanswered() + tell_arrived()


def tell_unanswered() -> int:
    """A node should have said yes by now."""
    now = clock.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_SETTLED, {"now": now})
        due = SendRequest.objects.filter(state=RequestState.ASKED, told_at=None, answer_by__lte=now)
        told = list(due.order_by("answer_by").select_for_update(skip_locked=True)[:AT_MOST])
        for request in told:
            with correlation.use(request.correlation_id or correlation.new()):
                outbox.add(
                    name="order.send_unanswered",
                    aggregate=f"order:{request.order_number}",
                    data={"order_number": request.order_number, "channel": request.channel, "node": request.node,
                          "request": str(request.id)},
                )  # fmt: skip
        SendRequest.objects.filter(id__in=[request.id for request in told]).update(told_at=now)
    return len(told)


def tell_arrived() -> int:
    """Goods are there that a backorder waits for."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ARRIVED, {"now": now, "most": AT_MOST})
        told = cursor.fetchall()
        for later, order_number, sku, node in told:
            outbox.add(
                name="order.goods_arrived", aggregate=f"order:{order_number}",
                data={"order_number": order_number, "later": str(later), "sku": sku, "node": node},
            )  # fmt: skip
    return len(told)
