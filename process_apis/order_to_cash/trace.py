"""The whole story of one order in time order, from the message that brought it to its lines in the ERP.

What belongs to the order is found by its number, its parcels and the correlation ids of its history, so that webhooks
about it that came days later are in the story too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from canonical.money import Money
from process_apis.cases.models import Case
from process_apis.engine.models import ProcessRun, RunStep
from process_apis.ledger.models import JournalEntry
from process_apis.orders import queries as orders
from process_apis.orders.models import Order, PaymentMovement
from process_apis.sourcing.models import SourcingDecision
from process_apis.stock.models import Reservation, StockMovement
from retail_platform.kernel.outbox.models import Fact
from system_apis.inbox.models import InboxMessage

MOST_OF_A_KIND = 500
_KEPT = ("authorization_", "captured_", "release_")  # what steps of several calls keep of each


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One thing that happened on the way. `vendor_refs` are the names other systems gave to what we caused there."""

    at: datetime
    kind: str
    name: str
    subject: str
    state: str = ""
    vendor_refs: dict[str, str] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """An order's story; not `complete` when some kind had more than MOST_OF_A_KIND events."""

    order_number: str
    correlation_ids: list[str]
    complete: bool
    events: list[TraceEvent]


def of_order(number: str, *, channels: Iterable[str] = ()) -> Trace:
    """Everything about one order. Raises NoSuchOrder, also for an order of a channel the caller may not see."""
    order = orders.in_full(number, channels=frozenset(channels))
    ids = {order.correlation_id, *(event.correlation_id for event in order.events.all())} - {""}
    inbox = InboxMessage.objects.select_related("connection").defer("raw").filter(correlation_id__in=ids)
    messages = list(inbox.order_by("received_at")[:MOST_OF_A_KIND])
    shipments = [parcel.shipment_id for parcel in order.parcels.all()]
    subjects = [order.number, *shipments, *(str(message.id) for message in messages)]
    runs = list(ProcessRun.objects.filter(subject__in=subjects)[:MOST_OF_A_KIND])
    told = Case.objects.filter(Q(run_id__in=[run.id for run in runs]) | Q(subject__in=subjects))
    paid = PaymentMovement.objects.filter(payment__order=order).select_related("payment")
    kinds: list[list[TraceEvent]] = [
        [_message(message) for message in messages],
        [_run(run) for run in runs],
        [_step(step) for step in _most(RunStep.objects.select_related("run").filter(run__in=runs))],
        [_fact(fact) for fact in _most(_facts(order, ids))],
        [_reservation(row) for row in _most(Reservation.objects.filter(order_number=order.number))],
        [_sourcing(row) for row in _most(SourcingDecision.objects.filter(order_number=order.number))],
        [_payment(row) for row in _most(paid)],
        [_movement(row) for row in _most(StockMovement.objects.filter(key__in=_movement_keys(order)))],
        list(_journal(order, runs)),
        [_case(case) for case in _most(told)],
    ]
    return Trace(
        order_number=order.number,
        correlation_ids=sorted(ids),
        complete=all(len(events) < MOST_OF_A_KIND for events in kinds),
        events=sorted((event for events in kinds for event in events), key=lambda event: event.at),
    )


def _most(rows: QuerySet[Any]) -> Iterable[Any]:
    return rows[:MOST_OF_A_KIND]


def _facts(order: Order, ids: set[str]) -> QuerySet[Fact]:
    """Facts of the order, and those that came of the same requests; a caller may use one id for several orders."""
    others = Q(aggregate__startswith="order:") & ~Q(aggregate=f"order:{order.number}")
    return Fact.objects.filter(Q(aggregate=f"order:{order.number}") | Q(correlation_id__in=ids)).exclude(others)


def _movement_keys(order: Order) -> list[str]:
    promised = set(Reservation.objects.filter(order_number=order.number).values_list("line_id", "sku"))
    return [
        f"parcel:{parcel.shipment_id}:{line_id}:{sku}"
        for parcel in order.parcels.all()
        for line_id, sku in sorted(promised)
    ]


def _message(message: InboxMessage) -> TraceEvent:
    return TraceEvent(
        at=message.received_at,
        kind="inbox",
        name=message.topic or "unknown topic",
        subject=str(message.id),
        vendor_refs={message.connection.code: message.event_id},
        detail={"connection": message.connection.code, "fact": message.fact_name, "sha256": message.sha256},
        correlation_id=message.correlation_id,
    )


def _run(run: ProcessRun) -> TraceEvent:
    kept = {name: str(value) for name, value in run.facts.items() if name.startswith(_KEPT)}
    return TraceEvent(
        at=run.created_at,
        kind="run",
        name=run.process,
        subject=run.subject,
        state=run.state,
        vendor_refs=kept,
        detail={"run_id": str(run.id), "step": run.step, "direction": run.direction, "error": run.error},
        correlation_id=run.correlation_id,
    )


def _step(step: RunStep) -> TraceEvent:
    named = {name: str(value) for name, value in step.result.items() if name.endswith("_ref") or name == "erp_order"}
    return TraceEvent(
        at=step.finished_at or step.last_tried_at,
        kind="step",
        name=step.name,
        subject=step.run.subject,
        state=step.state,
        vendor_refs=named,
        detail={"run_id": str(step.run_id), "attempts": step.attempts, "key": step.key, "error": step.error},
        correlation_id=step.run.correlation_id,
    )


def _fact(fact: Fact) -> TraceEvent:
    return TraceEvent(
        at=fact.created_at,
        kind="fact",
        name=fact.name,
        subject=fact.aggregate,
        state=fact.state,
        detail=fact.data,
        correlation_id=fact.correlation_id,
    )


def _reservation(row: Reservation) -> TraceEvent:
    detail = {"line_id": row.line_id, "sku": row.sku, "node": row.node, "units": row.units, "consumed": row.consumed}
    return TraceEvent(
        at=row.created_at, kind="reservation", name="reserved", subject=row.order_number, state=row.state, detail=detail
    )


def _sourcing(row: SourcingDecision) -> TraceEvent:
    detail = {"attempt": row.attempt, "chosen": row.chosen, **row.explanation}
    return TraceEvent(at=row.at, kind="sourcing", name="sourced", subject=row.order_number, detail=detail)


def _payment(row: PaymentMovement) -> TraceEvent:
    return TraceEvent(
        at=row.at,
        kind="payment",
        name=row.kind,
        subject=row.payment.kind,
        vendor_refs={"provider": row.provider_reference},
        detail={"amount": Money(minor=row.amount_minor, currency=row.currency).text, "currency": row.currency},
    )


def _movement(row: StockMovement) -> TraceEvent:
    return TraceEvent(
        at=row.recorded_at,
        kind="movement",
        name=row.reason,
        subject=row.sku,
        detail={"key": row.key, "node": row.node, "units": row.units, "occurred_at": row.occurred_at.isoformat()},
        correlation_id=row.correlation_id,
    )


def _journal(order: Order, runs: list[ProcessRun]) -> Iterator[TraceEvent]:
    """Entries with their lines, and the number the ERP gave to each; a run keeps that beside the entry's reference."""
    posted = {run.facts[name]: run.facts.get(f"{name}_ref") for run in runs for name in run.facts if _is_entry(name)}
    entries = JournalEntry.objects.filter(order_number=order.number).prefetch_related("lines")
    for entry in entries[:MOST_OF_A_KIND]:
        erp = posted.get(entry.reference)
        yield TraceEvent(
            at=entry.created_at,
            kind="journal",
            name=entry.purpose,
            subject=entry.reference,
            state="posted" if erp else "booked",
            vendor_refs={"erp": str(erp)} if erp else {},
            detail={
                "booked_on": entry.booked_on.isoformat(),
                "currency": entry.currency,
                "lines": [
                    {"account": line.account_id, "amount": Money(minor=line.amount_minor, currency=entry.currency).text}
                    for line in entry.lines.all()
                ],
            },
            correlation_id=entry.correlation_id,
        )


def _is_entry(name: str) -> bool:
    return name.endswith("_entry")


def _case(case: Case) -> TraceEvent:
    return TraceEvent(
        at=case.opened_at,
        kind="case",
        name=case.title,
        subject=case.subject,
        state=case.state,
        detail={"case_id": str(case.id), "owner": case.owner, "count": case.count, "proposal": case.proposal},
        correlation_id=case.correlation_id,
    )
