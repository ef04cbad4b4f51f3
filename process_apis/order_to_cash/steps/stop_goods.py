"""Have warehouses stop what is to be cancelled, and send them the rest anew. What is picked already is theirs to keep.

A warehouse takes back its whole request or nothing of it: so the rest is asked for again, under a key of its own.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from canonical.order import Address
from canonical.shipment import ReleaseOrder, ShipmentLine
from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, StepContext
from process_apis.fulfilment import queries as fulfilment
from process_apis.fulfilment import services as requests
from process_apis.order_to_cash import cancelling
from process_apis.order_to_cash.instructions import instructions_of
from process_apis.order_to_cash.journey import journey
from process_apis.order_to_cash.steps.await_turn import asked_units
from process_apis.orders import cancellation_queries, queries, services
from process_apis.orders.models import Order
from process_apis.stock import queries as promised
from process_apis.stock import services as stock
from process_apis.stock.models import ReservationState
from system_apis.errors import NotAllowed, Refused
from system_apis.terms import VendorRef
from system_apis.wms.gateway import wms


def stop_goods(ctx: StepContext) -> Done:
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    order = asked.order
    if ctx.facts["turn"] != "released" or order.pickup_node:
        return Done()
    nodes, wanted = catalog.nodes(), asked_units(asked)
    references = asked_of(order)
    for node in cancelling.nodes_to_ask(wanted, promises=promises_of(order, stopped=[])):
        told_already = f"stopped_{node}" in ctx.facts or f"refused_{node}" in ctx.facts
        reference = references.get(node)
        if told_already or not reference or _enough(ctx, order, wanted):
            continue
        try:
            wms(nodes[node].wms or None).recall(VendorRef(reference), key=ctx.key.part(node))
        except NotAllowed:
            raise
        except Refused as picked:
            ctx.keep(**{f"refused_{node}": str(picked)[:300]})
        else:
            ctx.keep(**{f"stopped_{node}": reference})
    return Done()


def send_rest(ctx: StepContext) -> Done:
    """What remains of a request that was taken back is asked for anew; nothing of an order that is taken back whole."""
    asked = cancellation_queries.cancellation(UUID(ctx.subject))
    order = asked.order
    if asked.whole:
        return Done()
    nodes, sent = catalog.nodes(), dict.fromkeys(stopped_nodes(ctx), "")
    for node in sent:
        left = outstanding(order.number, node=node)
        if left:
            release = ReleaseOrder(
                order_number=order.number,
                node=node,
                lines=left,
                ship_to=Address(**order.ship_to),
                instructions=instructions_of(order),
            )
            sent[node] = wms(nodes[node].wms or None).release(release, key=ctx.key.part(node)).value
            ctx.keep(**{f"sent_{node}": sent[node]})
    writes = [partial(stock.allocate, order_number=order.number, node=node) for node, made in sent.items() if made]
    return Done(
        then=[*writes, partial(services.asked_to_send, order, sent), partial(note_asked, order, sent, now=ctx.now)]
    )


def outstanding(order_number: str, *, node: str) -> tuple[ShipmentLine, ...]:
    """What a node is to send of an order now: what is promised there, without what is sent later."""
    later = fulfilment.waiting_units(order_number)
    rows = [row for row in promised.to_send(order_number) if row.node == node]
    units = {row: row.units - row.consumed - later.get((row.line_id, row.sku, node), 0) for row in rows}
    return tuple(
        ShipmentLine(line_id=row.line_id, sku=row.sku, quantity=count) for row, count in units.items() if count > 0
    )


def note_asked(order: Order, references: Mapping[str, str], *, now: datetime) -> None:
    """Nodes have been asked to send: they are to say yes in time."""
    kinds = {code: node.kind for code, node in catalog.nodes().items()}
    made = {node: reference for node, reference in references.items() if reference}
    requests.asked(order_number=order.number, channel=order.channel, references=made, kinds=kinds, now=now)


def asked_of(order: Order) -> dict[str, str]:
    """What each node's system calls our request to send; empty where it has none of ours any more."""
    run = journey(order)
    first = {
        name.removeprefix("release_"): ref for name, ref in (run.facts if run else {}).items() if name[:8] == "release_"
    }
    return first | order.releases


def _enough(ctx: StepContext, order: Order, wanted: Mapping[str, int]) -> bool:
    """Have the nodes asked so far stopped all that is wanted?"""
    lines = list(order.lines.all())
    granted, _ = cancelling.grant(
        wanted,
        open_units={line.line_id: line.quantity - line.shipped - line.cancelled for line in lines},
        ordered={line.line_id: line.quantity - line.cancelled for line in lines},
        promises=promises_of(order, stopped=stopped_nodes(ctx)),
    )
    return granted == wanted


def stopped_nodes(ctx: StepContext) -> list[str]:
    """The nodes that have taken back what we asked of them."""
    return [name.removeprefix("stopped_") for name in ctx.facts if name.startswith("stopped_")]


def promises_of(order: Order, *, stopped: list[str]) -> list[cancelling.Promise]:
    """What nodes are to send; free is what no node was asked for, or took back, or what waits to be sent later."""
    order = queries.order(order.number)
    later, found = fulfilment.waiting_units(order.number), []
    for row in promised.to_send(order.number):
        left = row.units - row.consumed if row.state != ReservationState.CONSUMED else 0
        waits = min(left, later.get((row.line_id, row.sku, row.node), 0))
        free = row.node in stopped or (row.state == ReservationState.OPEN and not order.releases.get(row.node))
        parts = [(waits, waits, True), (left - waits, row.units - waits, free)]
        found += [
            cancelling.Promise(row.line_id, row.sku, row.node, left=units, promised=promised_units, free=is_free)
            for units, promised_units, is_free in parts
            if promised_units
        ]
    return found
