"""Ask a node for units of an order when their time has come: they are there, and it sends nothing else of the order.

Until then they stay promised. Several of one node are asked for together, by the run that comes first.
"""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from canonical.order import Address, LineKind
from canonical.shipment import ReleaseOrder, ShipmentLine
from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.fulfilment import queries as fulfilment
from process_apis.fulfilment import services
from process_apis.fulfilment.models import LaterState, SentLater
from process_apis.order_to_cash.instructions import instructions_of
from process_apis.order_to_cash.steps.record_short_pick import OVER
from process_apis.order_to_cash.steps.stop_goods import note_asked, outstanding
from process_apis.orders import cancellation_queries, queries
from process_apis.orders import services as orders
from process_apis.orders.models import Order
from process_apis.stock import services as stock
from system_apis.wms.gateway import wms

LONGEST_LOOK_S = 3600


def await_goods(ctx: StepContext) -> Outcome:
    later = SentLater.objects.get(id=UUID(ctx.subject))
    if later.state != LaterState.WAITING:
        return Done(asked_by="another run" if later.sent_by else "")
    order = queries.locked(later.order_number)
    if order.state in OVER:
        services.drop(later)
        return Done()
    if (
        cancellation_queries.unsettled(order)
        or fulfilment.busy(order.number)
        or outstanding(order.number, node=later.node)
    ):
        return _wait(ctx, longest_s=60)  # Note [Turns]; a node has one request of an order at a time
    ready = [
        each for each in fulfilment.waiting(order.number) if each.node == later.node and _may_go(order, each, ctx=ctx)
    ]
    if later.id not in {each.id for each in ready}:
        return _wait(ctx, longest_s=LONGEST_LOOK_S)
    services.claim(ready, by=later.id)
    return Done(claimed=True)


def ask_node(ctx: StepContext) -> Done:
    rows = list(SentLater.objects.filter(sent_by=UUID(ctx.subject), state=LaterState.SENDING).order_by("since", "id"))
    if not rows:
        return Done()
    order, node = queries.order(rows[0].order_number), rows[0].node
    units: dict[tuple[str, str], int] = {}
    for row in rows:
        units[row.line_id, row.sku] = units.get((row.line_id, row.sku), 0) + row.units
    release = ReleaseOrder(
        order_number=order.number,
        node=node,
        lines=tuple(ShipmentLine(line_id=line, sku=sku, quantity=count) for (line, sku), count in units.items()),
        ship_to=Address(**order.ship_to),
        instructions=instructions_of(order),
    )
    made = {node: wms(catalog.nodes()[node].wms or None).release(release, key=ctx.key).value}
    return Done(
        release=made[node],
        then=[
            partial(services.sent, by=UUID(ctx.subject)),
            partial(stock.allocate, order_number=order.number, node=node),
            partial(orders.asked_to_send, order, made),
            partial(note_asked, order, made, now=ctx.now),
        ],
    )


def _may_go(order: Order, later: SentLater, *, ctx: StepContext) -> bool:
    line = order.lines.get(line_id=later.line_id)
    early = line.kind == LineKind.PRE_ORDER and line.promised_on and line.promised_on > timezone.localdate(ctx.now)
    return later.way != "cancel" and not early and fulfilment.are_there(later)


def _wait(ctx: StepContext, *, longest_s: int) -> Wait:
    looks = ctx.facts.get("looks", 0)
    ctx.keep(looks=looks + 1)
    pause = min(2 ** min(looks, 12), longest_s, settings.BACKORDER_LOOK_S)
    return Wait(fact="order.goods_arrived", until=ctx.now + timedelta(seconds=pause))
