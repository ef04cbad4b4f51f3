"""Follow one webhook through the layers until its order has come to an end, or waits for a person."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from canonical.money import Money
from process_apis.cases.models import Case, CaseState
from process_apis.engine.models import ProcessRun, RunState
from process_apis.ledger.models import JournalEntry, JournalLine
from process_apis.orders.models import Order, OrderEvent, OrderState, Parcel
from system_apis.inbox.models import InboxMessage

LOOK_EVERY_S = 0.2
OVER = (OrderState.CLOSED, OrderState.CANCELLED)


class Parked(Exception):
    """It waits for a person: `case` says for what."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.title)
        self.case = case


class TooLong(Exception):
    """It did not come to an end in the time given; it goes on by itself."""


def story(inbox_id: UUID, *, within_s: float) -> Iterator[tuple[datetime, str, str]]:
    """(when, what, what about it) of each thing that happens, as it happens. Raises Parked and TooLong."""
    deadline, told = time.monotonic() + within_s, 0
    yield InboxMessage.objects.values_list("received_at", flat=True).get(id=inbox_id), "webhook kept", str(inbox_id)
    while True:
        order = order_of(inbox_id)
        events = OrderEvent.objects.filter(order=order, id__gt=told).order_by("id") if order else []
        for event in events:
            told = event.id
            yield event.at, event.name, _about(event)
        if order and order.state in OVER and not _moving(order):
            return
        if case := _case(inbox_id, order):
            raise Parked(case)
        if time.monotonic() > deadline:
            raise TooLong(f"not over after {within_s:.0f} s: it stands at {order.state if order else 'the inbox'}")
        time.sleep(LOOK_EVERY_S)


def order_of(inbox_id: UUID) -> Order | None:
    """The order a webhook led to, once it has been read."""
    facts = ProcessRun.objects.filter(subject=str(inbox_id)).values_list("facts", flat=True).first() or {}
    return Order.objects.filter(number=facts.get("order_number")).first()


def end_of(order: Order) -> dict[str, Any]:
    """What came of it: parcels with invoices, and journal entries with the sum of their debits."""
    entries = JournalEntry.objects.filter(order_number=order.number).order_by("id")
    return {
        "number": order.number,
        "state": order.state,
        "total": str(Money(minor=order.total_minor, currency=order.currency)),
        "erp_order": order.erp_reference,
        "parcels": [_parcel(parcel) for parcel in order.parcels.all()],
        "journal": [_entry(entry) for entry in entries],
    }


def _parcel(parcel: Parcel) -> dict[str, Any]:
    return {
        "parcel": parcel.shipment_id,
        "from": parcel.node,
        "tracking": f"{parcel.carrier} {parcel.tracking_number}".strip(),
        "invoice": parcel.invoice_number,
        "total": str(Money(minor=parcel.total_minor, currency=parcel.order.currency)),
    }


def _entry(entry: JournalEntry) -> dict[str, Any]:
    amounts = list(JournalLine.objects.filter(entry=entry).values_list("amount_minor", flat=True))
    return {
        "entry": entry.reference,
        "purpose": entry.purpose,
        "debits": str(Money(minor=sum(minor for minor in amounts if minor > 0), currency=entry.currency)),
        "balanced": "balanced" if sum(amounts) == 0 else f"off by {sum(amounts)}",
    }


def _about(event: OrderEvent) -> str:
    if "total_minor" in event.detail:
        return str(Money(minor=event.detail["total_minor"], currency=event.detail["currency"]))
    return ", ".join(f"{name} {value}" for name, value in event.detail.items() if isinstance(value, str | int))


def _moving(order: Order) -> bool:
    return ProcessRun.objects.filter(subject=order.number, finished_at=None).exclude(state=RunState.PARKED).exists()


def _case(inbox_id: UUID, order: Order | None) -> Case | None:
    subjects = [str(inbox_id), f"inbox:{inbox_id}"]
    if order:
        subjects += [order.number, *order.parcels.values_list("shipment_id", flat=True)]
    waiting = Q(run_id__in=ProcessRun.objects.filter(subject__in=subjects, state=RunState.PARKED).values("id"))
    return Case.objects.filter(waiting | Q(subject__in=subjects, run_id=None), state=CaseState.OPEN).first()
