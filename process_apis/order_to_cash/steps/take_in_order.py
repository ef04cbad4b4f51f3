"""Read an order out of the inbox and put it into the book. Reads one inbox message; writes one order."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog import queries as catalog
from process_apis.engine import services as runs
from process_apis.engine.process import Done, NeedsPerson, StepContext, run_id_of
from process_apis.engine.queries import NoSuchRun
from process_apis.order_to_cash import chain, edited, edits
from process_apis.order_to_cash.decisions import versions
from process_apis.orders import cancellation_queries, cancellations, queries
from process_apis.orders import services as orders
from process_apis.orders.models import AskedBy, Order
from system_apis.commerce.gateway import commerce
from system_apis.commerce.port import OrderChange
from system_apis.errors import ContractBroken
from system_apis.inbox import queries as inbox


def take_in_order(ctx: StepContext) -> Done:
    message = inbox.message(UUID(ctx.subject))
    channel = message.connection.channel
    port, raw = commerce(channel), bytes(message.raw)
    with suppress(ContractBroken):  # what is wrong with it, reading the order says in full
        if (known := _cancelled(port.read_change(raw), channel=channel, inbox_id=ctx.subject, now=ctx.now)) is not None:
            return Done(order_number=known.number, new=False, cancelled=True)
    order = port.read_order(raw, channel=channel)
    try:
        catalog.channel(channel)
    except catalog.UnknownChannel as unknown:
        raise NeedsPerson(str(unknown), proposal=f"add {channel!r} under Catalog, Channels, then resume") from unknown
    row, new = orders.place(order)
    if new:
        edited.follow(row, inbox_id=ctx.subject, now=ctx.now)
    fewer = _fewer(row, port.read_change(raw), inbox_id=ctx.subject, now=ctx.now)
    if new or not versions.is_later(order.channel_version, than=row.channel_version):
        return Done(order_number=row.number, new=new)
    before = queries.canonical(row)
    changes = versions.changes(before, order)
    if fewer or cancellation_queries.from_channel(row):  # prices follow the units; only what is more than that is news
        changes = versions.beyond_fewer(before, order)
    if changes == [versions.ADDRESS] and edits.can_change(row):
        edits.change_address(number=row.number, ship_to=order.ship_to, by=channel)
        changes = []
    if changes and (more := chain.supplement(queries.locked(row.number), order)) is not None and not fewer:
        added = chain.place(row, more, by=channel)
        orders.seen(row, order)
        return Done(order_number=row.number, new=False, supplement=added.number)
    if not changes:  # the shop notes what we told it, and sends the order again
        paid = orders.seen(row, order)
        return Done(order_number=row.number, new=False, then=[partial(_goes_on, row.number, ctx.now)] if paid else [])
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"edited:{row.number}",
        subject=row.number,
        title=f"order {row.number} was changed at {channel} after we took it: {'; '.join(changes)}",
        detail="\n".join([f"We have version {row.channel_version}, the shop sent {order.channel_version}.", *changes]),
        proposal="Compare both; cancel and place again, or tell the customer it is too late.",
    )
    return Done(order_number=row.number, new=False, changes=changes)


def _cancelled(change: OrderChange, *, channel: str, inbox_id: str, now: datetime) -> Order | None:
    """An order of ours that its channel has cancelled: all of it is to be stopped, or to come back."""
    known = queries.at_channel(channel, change.channel_order_id) if change.cancelled else None
    for each in chain.links(known) if known is not None else ():
        cancellations.request(
            number=each.number, key="channel:cancelled", asked_by=AskedBy.CHANNEL, by=channel, reason=change.reason,
            evidence={"inbox_id": inbox_id}, now=now,
        )  # fmt: skip
    return known


def _fewer(order: Order, change: OrderChange, *, inbox_id: str, now: datetime) -> bool:
    """Units the channel took off the order are cancelled, however late they are and whatever else was changed."""
    if change.cancelled:  # we hear of the order and of its end in one message
        _cancelled(change, channel=order.channel, inbox_id=inbox_id, now=now)
        return True
    taken_off = chain.gone(chain.links(order), change.remains)
    for each, units in taken_off:
        cancellations.request(
            number=each.number, key=f"channel:{inbox_id}", asked_by=AskedBy.CHANNEL, by=order.channel,
            reason=change.reason, units=units, evidence={"inbox_id": inbox_id}, now=now,
        )  # fmt: skip
    return bool(taken_off)


def _goes_on(number: str, now: datetime) -> None:
    """An order that was parked for its payment is looked at again; whatever else it lacks is asked for then."""
    run_id = run_id_of(process="order_to_cash", subject=number)
    with suppress(runs.NotParked, NoSuchRun):  # not come so far yet: it will find itself paid
        runs.resume(run_id=run_id, by="the channel", reason="The shop says that it is paid.", now=now)
