"""Ask each node to send its part of an order, and take that back while it is not picked."""

from functools import partial
from itertools import groupby

from canonical.order import Address
from canonical.shipment import ReleaseOrder, ShipmentLine
from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash.instructions import instructions_of
from process_apis.order_to_cash.not_there_yet import held_back, keep_for_later
from process_apis.order_to_cash.steps.ask_store import ask_store, withdraw_from_store
from process_apis.order_to_cash.steps.stop_goods import note_asked
from process_apis.orders import queries, services
from process_apis.orders.models import OrderState
from process_apis.stock import queries as promised
from process_apis.stock import services as stock
from system_apis.terms import VendorRef
from system_apis.wms.gateway import wms


def release_to_warehouse(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    if order.pickup_node:
        return Done(then=[partial(ask_store, order, now=ctx.now)])
    nodes, asked, writes, rows = catalog.nodes(), {}, [], promised.to_send(order.number)
    kept = ctx.facts.get("held_back", {}) if ctx.key.tried_before else held_back(order, rows, now=ctx.now)
    if kept and not ctx.key.tried_before:  # what was asked for once stays what was asked for
        ctx.keep(held_back=kept)
    for node, reserved in groupby(rows, key=lambda reservation: reservation.node):
        parts = list(reserved)
        later = {row.id: kept.get(str(row.id), 0) for row in parts}
        writes += [
            partial(keep_for_later, order, row, units=later[row.id], now=ctx.now) for row in parts if later[row.id]
        ]
        lines = tuple(
            ShipmentLine(line_id=row.line_id, sku=row.sku, quantity=row.units - later[row.id])
            for row in parts
            if row.units > later[row.id]
        )
        if not lines:
            continue
        release = ReleaseOrder(
            order_number=order.number,
            node=node,
            lines=lines,
            ship_to=Address(**order.ship_to),
            instructions=instructions_of(order),
        )
        reference = wms(nodes[node].wms or None).release(release, key=ctx.key.part(node))
        ctx.keep(**{f"release_{node}": reference.value})
        asked[node] = reference.value

    def released() -> None:
        if services.move_on(order, to=OrderState.RELEASED, since=[OrderState.RESERVED]):
            services.tell(order, "order.released")

    allocated = [partial(stock.allocate, order_number=order.number, node=node) for node in asked]
    noted = [partial(services.asked_to_send, order, asked), partial(note_asked, order, asked, now=ctx.now)]
    return Done(then=[*allocated, *noted, *writes, released])


def recall_from_warehouse(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    if order.pickup_node:
        return withdraw_from_store(ctx, order)
    nodes = catalog.nodes()
    asked = {name.removeprefix("release_"): ref for name, ref in ctx.facts.items() if name.startswith("release_")}
    for node, reference in (asked | order.releases).items():  # a node may have been asked anew since
        if reference:
            wms(nodes[node].wms or None).recall(VendorRef(reference), key=ctx.key.part(node))
    return Done(then=[partial(stock.recall, order_number=ctx.subject)])
