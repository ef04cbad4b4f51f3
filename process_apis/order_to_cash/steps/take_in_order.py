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
from process_apis.order_to_cash import decisions
from process_apis.orders import queries
from process_apis.orders import services as orders
from system_apis.commerce.gateway import commerce
from system_apis.inbox import queries as inbox


def take_in_order(ctx: StepContext) -> Done:
    message = inbox.message(UUID(ctx.subject))
    channel = message.connection.channel
    order = commerce(channel).read_order(bytes(message.raw), channel=channel)
    try:
        catalog.channel(channel)
    except catalog.UnknownChannel as unknown:
        raise NeedsPerson(str(unknown), proposal=f"add {channel!r} under Catalog, Channels, then resume") from unknown
    row, new = orders.place(order)
    if new or not decisions.is_later(order.channel_version, than=row.channel_version):
        return Done(order_number=row.number, new=new)
    changes = decisions.changes(queries.canonical(row), order)
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


def _goes_on(number: str, now: datetime) -> None:
    """An order that was parked for its payment is looked at again; whatever else it lacks is asked for then."""
    run_id = run_id_of(process="order_to_cash", subject=number)
    with suppress(runs.NotParked, NoSuchRun):  # not come so far yet: it will find itself paid
        runs.resume(run_id=run_id, by="the channel", reason="The shop says that it is paid.", now=now)
