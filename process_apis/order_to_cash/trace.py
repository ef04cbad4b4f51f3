"""The whole story of one order in time order, from the message that brought it to its lines in the ERP.

What belongs to the order is found by its number, its parcels and the correlation ids of its history, so that webhooks
about it that came days later are in the story too. The story of one correlation id is everything that carries it, found
by indexes alone, and the stories of the orders it was about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from process_apis.cases.models import Case
from process_apis.engine.models import ProcessRun, RunStep
from process_apis.ledger.models import JournalEntry
from process_apis.order_to_cash import trace_events as tell
from process_apis.orders import queries as orders
from process_apis.orders.models import Order, PaymentMovement
from process_apis.sourcing.models import SourcingDecision
from process_apis.stock.models import Reservation, StockMovement
from retail_platform.kernel import trace as others
from retail_platform.kernel.outbox.models import Fact
from retail_platform.kernel.problem import NotFound
from retail_platform.kernel.trace import TraceEvent
from system_apis.inbox.models import InboxMessage

MOST_OF_A_KIND = 500
WHOLE_ORDERS = 5


class NoSuchTrace(NotFound):
    """Nothing we keep carries this correlation id."""

    kind = "no-such-trace"
    title = "Nothing carries this correlation id"


@dataclass(frozen=True, slots=True)
class Trace:
    """An order's story; not `complete` when some kind had more than MOST_OF_A_KIND events."""

    order_number: str
    correlation_ids: list[str]
    complete: bool
    events: list[TraceEvent]


@dataclass(frozen=True, slots=True)
class IdTrace:
    """The story of one correlation id, and which orders it was about; `complete` as for an order."""

    correlation_id: str
    orders: list[str]
    complete: bool
    events: list[TraceEvent]


def of_order(number: str, *, channels: Iterable[str] = ()) -> Trace:
    """Everything about one order. Raises NoSuchOrder, also for an order of a channel the caller may not see."""
    order = orders.in_full(number, channels=frozenset(channels))
    ids = {order.correlation_id, *(event.correlation_id for event in order.events.all())} - {""}
    messages = _messages(ids)
    shipments = [parcel.shipment_id for parcel in order.parcels.all()]
    subjects = [order.number, *shipments, *(str(message.id) for message in messages)]
    runs = list(_most(ProcessRun.objects.filter(subject__in=subjects)))
    facts = list(_most(_facts(order, ids)))
    paid = PaymentMovement.objects.filter(payment__order=order).select_related("payment")
    kinds = [
        *_common(messages, runs, facts, JournalEntry.objects.filter(order_number=order.number)),
        [tell.reservation(row) for row in _most(Reservation.objects.filter(order_number=order.number))],
        [tell.sourcing(row) for row in _most(SourcingDecision.objects.filter(order_number=order.number))],
        [tell.payment(row) for row in _most(paid)],
        [tell.movement(row) for row in _most(StockMovement.objects.filter(key__in=_movement_keys(order)))],
        [tell.case(case) for case in _most(_cases(runs, subjects))],
    ]
    return Trace(order.number, sorted(ids), _complete(kinds), _in_time_order(kinds))


def of_id(correlation_id: str, *, only_this_id: bool = False) -> IdTrace:
    """Everything that carries an id, and unless `only_this_id` all else of the orders it was about.

    Raises NoSuchTrace.
    """
    messages = _messages([correlation_id])
    runs = list(_most(ProcessRun.objects.filter(correlation_id=correlation_id)))
    facts = list(_most(Fact.objects.filter(correlation_id=correlation_id).order_by("id")))
    numbers = _orders_of(correlation_id, facts)
    subjects = [*numbers, *(str(message.id) for message in messages)]
    cases = [case for case in _most(_cases(runs, subjects)) if case.correlation_id == correlation_id]
    kinds = [
        *_common(messages, runs, facts, JournalEntry.objects.filter(correlation_id=correlation_id)),
        [tell.movement(row) for row in _most(_moved_with(facts, correlation_id))],
        [tell.case(case) for case in cases],
    ]
    if not any(kinds) and not numbers:
        raise NoSuchTrace(
            "take the id from X-Correlation-ID or correlation_id of an answer; an order has a trace by its number too"
        )
    whole = _complete(kinds)
    if not only_this_id:
        stories = [of_order(number) for number in numbers[:WHOLE_ORDERS]]
        kinds = [*(story.events for story in stories), *kinds]  # an order's own story knows more of each event
        whole = whole and len(stories) == len(numbers) and all(story.complete for story in stories)
    return IdTrace(correlation_id, numbers, whole, _in_time_order(kinds))


def _common(
    messages: list[InboxMessage], runs: list[ProcessRun], facts: list[Fact], entries: QuerySet[JournalEntry]
) -> list[list[TraceEvent]]:
    """What carries a correlation id, and what came of the facts."""
    event_ids: list[UUID] = [fact.event_id for fact in facts]
    return [
        [tell.message(message) for message in messages],
        [tell.run(run) for run in runs],
        [tell.step(step) for step in _most(RunStep.objects.select_related("run").filter(run__in=runs))],
        [tell.fact(fact) for fact in facts],
        list(tell.journal(_most(entries.prefetch_related("lines")), runs)),
        *others.followed(event_ids),
    ]


def _most(rows: QuerySet[Any]) -> Iterable[Any]:
    return rows[:MOST_OF_A_KIND]


def _complete(kinds: Sequence[Sequence[TraceEvent]]) -> bool:
    return all(len(events) < MOST_OF_A_KIND for events in kinds)


def _in_time_order(kinds: Iterable[Sequence[TraceEvent]]) -> list[TraceEvent]:
    """All events; what two kinds or orders both tell is told once, as the first tells it."""
    seen: set[tuple[Any, ...]] = set()
    found: list[TraceEvent] = []
    for events in kinds:
        named = [(_name(event), event) for event in events]
        found += [event for name, event in named if name not in seen]
        seen.update(name for name, _ in named)
    return sorted(found, key=lambda event: event.at)


def _name(event: TraceEvent) -> tuple[Any, ...]:
    own = next((event.detail[name] for name in ("run_id", "case_id", "key") if name in event.detail), "")
    return event.kind, event.name, event.subject, event.at, own or (event.kind != "journal" and str(event.detail))


def _messages(ids: Iterable[str]) -> list[InboxMessage]:
    inbox = InboxMessage.objects.select_related("connection").defer("raw").filter(correlation_id__in=ids)
    return list(_most(inbox.order_by("received_at")))


def _cases(runs: Sequence[ProcessRun], subjects: Sequence[str]) -> QuerySet[Case]:
    return Case.objects.filter(Q(run_id__in=[run.id for run in runs]) | Q(subject__in=subjects))


def _orders_of(correlation_id: str, facts: Iterable[Fact]) -> list[str]:
    """The orders that came with this id, first, and those its facts are about."""
    own = Order.objects.filter(correlation_id=correlation_id).order_by("id").values_list("number", flat=True)
    named = {str(fact.data["order_number"]) for fact in facts if fact.data.get("order_number")}
    entries = JournalEntry.objects.filter(correlation_id=correlation_id).exclude(order_number="")
    named |= set(entries.values_list("order_number", flat=True)[:MOST_OF_A_KIND])
    known = Order.objects.filter(number__in=named).order_by("id").values_list("number", flat=True)
    return list(dict.fromkeys([*own[:MOST_OF_A_KIND], *known[:MOST_OF_A_KIND]]))


def _moved_with(facts: Iterable[Fact], correlation_id: str) -> QuerySet[StockMovement]:
    """Movements have no index on the id, but each is written in one transaction with a fact that names its sku."""
    skus = {sku for fact in facts if fact.name == "stock.changed" for sku in fact.data["skus"]}
    return StockMovement.objects.filter(sku__in=skus, correlation_id=correlation_id)


def _facts(order: Order, ids: set[str]) -> QuerySet[Fact]:
    """Facts of the order, and those that came of the same requests; a caller may use one id for several orders."""
    of_others = Q(aggregate__startswith="order:") & ~Q(aggregate=f"order:{order.number}")
    return Fact.objects.filter(Q(aggregate=f"order:{order.number}") | Q(correlation_id__in=ids)).exclude(of_others)


def _movement_keys(order: Order) -> list[str]:
    promised = set(Reservation.objects.filter(order_number=order.number).values_list("line_id", "sku"))
    return [
        f"parcel:{parcel.shipment_id}:{line_id}:{sku}"
        for parcel in order.parcels.all()
        for line_id, sku in sorted(promised)
    ]
