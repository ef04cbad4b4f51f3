"""The tables under an order in the admin, each from one book or from the engine. All take the order and its story."""

from django.db.models import Q, Sum

from canonical.money import Money
from process_apis.cases.admin import STATE_LABELS
from process_apis.cases.models import Case
from process_apis.engine.admin import RUN_LABELS
from process_apis.engine.models import ProcessRun
from process_apis.fulfilment.models import SentLater
from process_apis.ledger.models import JournalEntry
from process_apis.order_to_cash.trace import Trace
from process_apis.orders.admin import PARCEL_LABELS
from process_apis.orders.models import Order, OrderLine, PaymentMovement, PaymentState
from process_apis.sourcing.admin import candidates_table
from process_apis.sourcing.models import SourcingDecision
from process_apis.stock.admin import RESERVATION_LABELS
from process_apis.stock.models import Reservation
from retail_platform.kernel.admin_pages import SHOW_AT_MOST, Table, duration, folded, label, link, moment, number
from retail_platform.kernel.trace import TraceEvent

PAYMENT_LABELS: dict[str, str] = {
    PaymentState.PENDING: "warning",
    PaymentState.PROMISED: "info", PaymentState.AUTHORIZED: "primary", PaymentState.PREPAID: "success",
    PaymentState.CAPTURED: "success", PaymentState.VOIDED: "warning", PaymentState.REFUNDED: "warning",
    PaymentState.PART_CAPTURED: "success", PaymentState.PART_REFUNDED: "warning", PaymentState.FAILED: "danger",
    PaymentState.AUTH_EXPIRED: "danger", PaymentState.DISPUTED: "danger",
}  # fmt: skip


def _money(order: Order, minor: int | None) -> str:
    return "" if minor is None else number(Money(minor=minor, currency=order.currency))


def lines(order: Order, story: Trace) -> Table:
    """What was ordered, and how much of it has left."""
    rows = [
        (line.position, link("catalog_product", line.sku), line.title, number(line.quantity), number(line.shipped),
         number(line.cancelled), _money(order, line.unit_price_minor), _money(order, line.discount_minor),
         _money(order, line.tax_minor), _about(line))
        for line in order.lines.all()[:SHOW_AT_MOST]
    ]  # fmt: skip
    headers = ("line", "sku", "title", "ordered", "shipped", "cancelled", "unit price", "discount", "tax",
               "what it is")  # fmt: skip
    return Table("Lines", headers, rows)


def _about(line: OrderLine) -> str:
    """Its kind, and what follows from it."""
    told = [
        line.kind.replace("_", " "),
        f"contract {line.contract}" if line.contract else "",
        f"leaves from {line.promised_on}" if line.promised_on else "",
        f"wanted on {line.wanted_on}" if line.wanted_on else "",
        f"from the age of {line.min_age}" if line.min_age else "",
    ]
    return ", ".join(filter(None, told))


def tenders(order: Order, story: Trace) -> Table:
    """How it is paid."""
    rows = [
        (each.kind, label(each.state, PAYMENT_LABELS[each.state]), each.get_settled_by_display(),
         _money(order, each.amount_minor), _money(order, each.captured_minor), _money(order, each.refunded_minor),
         _money(order, each.voided_minor), each.authorization or each.reference, moment(each.expires_at))
        for each in order.payments.all()[:SHOW_AT_MOST]
    ]  # fmt: skip
    headers = (
        "tender", "state", "settled by", "amount", "captured", "refunded", "let go", "vendor reference",
        "expires (UTC)",
    )  # fmt: skip
    return Table("Tenders", headers, rows)


def movements(order: Order, story: Trace) -> Table:
    """Money taken and given back."""
    found = PaymentMovement.objects.filter(payment__order=order).select_related("payment").order_by("id")
    rows = [
        (moment(each.at), each.kind, number(Money(minor=each.amount_minor, currency=each.currency)),
         each.payment.kind, each.provider_reference)
        for each in found[:SHOW_AT_MOST]
    ]  # fmt: skip
    return Table("Money moved", ("at (UTC)", "what", "amount", "tender", "vendor reference"), rows)


def parcels(order: Order, story: Trace) -> Table:
    """What has left."""
    rows = [
        (link("orders_parcel", each.id, each.shipment_id), label(each.state, PARCEL_LABELS[each.state]),
         each.node, each.carrier, each.tracking_number, _money(order, each.total_minor), each.invoice_number,
         moment(each.dispatched_at))
        for each in order.parcels.all()[:SHOW_AT_MOST]
    ]  # fmt: skip
    headers = ("parcel", "state", "from", "carrier", "tracking", "amount", "invoice", "dispatched (UTC)")
    return Table("Parcels", headers, rows)


def reservations(order: Order, story: Trace) -> Table:
    """What is promised, and from where."""
    rows = [
        (each.line_id, link("catalog_product", each.sku), link("catalog_node", each.node), number(each.units),
         number(each.consumed), label(each.state, RESERVATION_LABELS[each.state]))
        for each in Reservation.objects.filter(order_number=order.number).order_by("id")[:SHOW_AT_MOST]
    ]  # fmt: skip
    return Table("Reservations", ("line", "sku", "node", "units", "left already", "state"), rows)


def sent_later(order: Order, story: Trace) -> Table:
    """Units that were missing, or are not there yet, and what is done about them."""
    rows = [
        (each.line_id, link("catalog_product", each.sku), link("catalog_node", each.node), number(each.units),
         each.get_cause_display(), each.get_way_display(), each.get_state_display(), str(each.promised_on or ""))
        for each in SentLater.objects.filter(order_number=order.number).order_by("since")[:SHOW_AT_MOST]
    ]  # fmt: skip
    return Table("Sent later", ("line", "sku", "node", "units", "why", "how", "state", "expected"), rows)


def sourcing(order: Order, story: Trace) -> Table:
    """Where it could have been sent from, and why not."""
    row = SourcingDecision.objects.filter(order_number=order.number).first()
    if row is None:
        return Table("Sourcing", (), [])
    found = candidates_table(row)
    note = link("sourcing_sourcingdecision", order.number, "the whole decision")
    return Table("Sourcing", found.headers, found.rows, note=note)


def runs(order: Order, story: Trace) -> Table:
    """The journeys it is on."""
    ids = [event.detail["run_id"] for event in story.events if event.kind == "run"]
    rows = [
        (link("engine_processrun", run.id, run.process), run.subject, label(run.state, RUN_LABELS[run.state]),
         run.step, run.waiting_for, moment(run.created_at),
         duration(run.finished_at - run.created_at) if run.finished_at else "")
        for run in ProcessRun.objects.filter(id__in=ids).order_by("created_at")[:SHOW_AT_MOST]
    ]  # fmt: skip
    headers = ("run", "about", "state", "step", "waiting for", "began (UTC)", "took")
    return Table("Runs", headers, rows)


def cases(order: Order, story: Trace) -> Table:
    """What needed a person."""
    ids = [event.detail["case_id"] for event in story.events if event.kind == "case"]
    rows = [
        (link("cases_case", case.id, case.title), label(case.state, STATE_LABELS[case.state]),
         case.owner, moment(case.opened_at), case.resolved_by, case.resolution)
        for case in Case.objects.filter(id__in=ids).order_by("opened_at")[:SHOW_AT_MOST]
    ]  # fmt: skip
    return Table("Cases", ("case", "state", "owner", "opened (UTC)", "resolved by", "resolution"), rows)


def journals(order: Order, story: Trace) -> Table:
    """What the books say."""
    found = JournalEntry.objects.filter(order_number=order.number).annotate(
        debits=Sum("lines__amount_minor", filter=Q(lines__amount_minor__gt=0))
    )
    rows = [
        (link("ledger_journalentry", each.id, each.reference), each.purpose, each.booked_on,
         number(Money(minor=int(each.debits or 0), currency=each.currency)), each.source_event)
        for each in found.order_by("created_at")[:SHOW_AT_MOST]
    ]  # fmt: skip
    return Table("Journal", ("entry", "purpose", "booked on", "amount", "booked for"), rows)


def history(order: Order, story: Trace) -> Table:
    """What happened to it, as the order book tells."""
    rows = [(moment(event.at), event.name, folded(event.detail)) for event in order.events.all()[:SHOW_AT_MOST]]
    return Table("History", ("at (UTC)", "what", "detail"), rows)


def events(order: Order, story: Trace) -> Table:
    """The whole story in time order, through every layer."""
    rows = [
        (moment(event.at), event.kind, _named(event), event.state, _page_of(event),
         ", ".join(f"{system} {name}" for system, name in event.vendor_refs.items()),
         folded(event.detail))
        for event in story.events
    ]  # fmt: skip
    note = f"Correlation ids: {', '.join(story.correlation_ids) or 'none'}."
    if not story.complete:
        note += " There is more than is shown."
    return Table(
        "Trace", ("at (UTC)", "kind", "what", "state", "about", "vendor references", "detail"), rows, note=note
    )


def _named(event: TraceEvent) -> str:
    if event.kind in ("run", "step"):
        return link("engine_processrun", event.detail["run_id"], event.name)
    return link("cases_case", event.detail["case_id"], event.name) if event.kind == "case" else event.name


def _page_of(event: TraceEvent) -> str:
    page = {"inbox": "inbox_inboxmessage", "journal": "ledger_journalentry", "movement": "catalog_product"}
    return link(page.get(event.kind, ""), event.subject)
