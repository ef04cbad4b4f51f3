"""How a row of each book tells what happened on the way."""

from collections.abc import Iterable, Iterator

from canonical.money import Money
from process_apis.cases.models import Case
from process_apis.engine.models import ProcessRun, RunStep
from process_apis.ledger.models import JournalEntry
from process_apis.orders.models import PaymentMovement
from process_apis.sourcing.models import SourcingDecision
from process_apis.stock.models import Reservation, StockMovement
from retail_platform.kernel.outbox.models import Fact
from retail_platform.kernel.trace import TraceEvent
from system_apis.inbox.models import InboxMessage

_KEPT = ("authorization_", "captured_", "release_")  # what steps of several calls keep of each


def message(message: InboxMessage) -> TraceEvent:
    """A message that came in, with the number its sender gave it."""
    return TraceEvent(
        at=message.received_at,
        kind="inbox",
        name=message.topic or "unknown topic",
        subject=str(message.id),
        vendor_refs={message.connection.code: message.event_id},
        detail={"connection": message.connection.code, "fact": message.fact_name, "sha256": message.sha256},
        correlation_id=message.correlation_id,
    )


def run(run: ProcessRun) -> TraceEvent:
    """A passage through a journey."""
    kept = {
        name: str(value) for name, value in run.facts.items() if name.startswith(_KEPT) and not name.endswith("_minor")
    }
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


def step(step: RunStep) -> TraceEvent:
    """A step of a run; one with a key is a call to a vendor, with the names the vendor answered."""
    named = {name: str(value) for name, value in step.result.items() if name.endswith("_ref") or name == "erp_order"}
    return TraceEvent(
        at=step.finished_at or step.last_tried_at,
        kind="step",
        name=step.name,
        subject=step.run.subject,
        state=step.state,
        vendor_refs=named,
        detail={
            "run_id": str(step.run_id),
            "attempts": step.attempts,
            "key": step.key,
            "error": step.error,
            "maybe_sent": step.maybe_sent,
        },
        correlation_id=step.run.correlation_id,
    )


def fact(fact: Fact) -> TraceEvent:
    """A fact, as it was told."""
    return TraceEvent(
        at=fact.created_at,
        kind="fact",
        name=fact.name,
        subject=fact.aggregate,
        state=fact.state,
        detail=fact.data,
        correlation_id=fact.correlation_id,
    )


def reservation(row: Reservation) -> TraceEvent:
    """Goods promised to an order."""
    detail = {"line_id": row.line_id, "sku": row.sku, "node": row.node, "units": row.units, "consumed": row.consumed}
    return TraceEvent(
        at=row.created_at, kind="reservation", name="reserved", subject=row.order_number, state=row.state, detail=detail
    )


def sourcing(row: SourcingDecision) -> TraceEvent:
    """Which node was chosen, and why."""
    detail = {"attempt": row.attempt, "chosen": row.chosen, **row.explanation}
    return TraceEvent(at=row.at, kind="sourcing", name="sourced", subject=row.order_number, detail=detail)


def payment(row: PaymentMovement) -> TraceEvent:
    """Money held, taken or given back."""
    return TraceEvent(
        at=row.at,
        kind="payment",
        name=row.kind,
        subject=row.payment.kind,
        vendor_refs={"provider": row.provider_reference},
        detail={"amount": Money(minor=row.amount_minor, currency=row.currency).text, "currency": row.currency},
    )


def movement(row: StockMovement) -> TraceEvent:
    """Goods that moved."""
    return TraceEvent(
        at=row.recorded_at,
        kind="movement",
        name=row.reason,
        subject=row.sku,
        detail={"key": row.key, "node": row.node, "units": row.units, "occurred_at": row.occurred_at.isoformat()},
        correlation_id=row.correlation_id,
    )


def journal(entries: Iterable[JournalEntry], runs: Iterable[ProcessRun]) -> Iterator[TraceEvent]:
    """Entries with their lines, and the number the ERP gave to each; a run keeps that beside the entry's reference."""
    posted = {run.facts[name]: run.facts.get(f"{name}_ref") for run in runs for name in run.facts if _is_entry(name)}
    for entry in entries:
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


def case(case: Case) -> TraceEvent:
    """Something that waited for a person."""
    return TraceEvent(
        at=case.opened_at,
        kind="case",
        name=case.title,
        subject=case.subject,
        state=case.state,
        detail={"case_id": str(case.id), "owner": case.owner, "count": case.count, "proposal": case.proposal},
        correlation_id=case.correlation_id,
    )
