"""Tell facts again: what is in the inbox, and what a failing listener held up. Telling again has no new effect.

A message whose run exists already starts none, whatever became of that run: a parked one is resumed, not replayed.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from process_apis.cases.models import Case, CaseState
from process_apis.engine import registry
from process_apis.engine.models import ProcessRun
from process_apis.engine.process import run_id_of
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.outbox.models import Fact, FactState
from system_apis.hooks import RULES
from system_apis.inbox.models import InboxMessage
from system_apis.inbox.services import CONFLICT


@dataclass(frozen=True, slots=True)
class Replayed:
    """One thing told again. `outcome` says what comes of it; `new` is False where it changes nothing."""

    kind: str
    id: str
    fact: str
    outcome: str
    new: bool


def messages_of(
    *, inbox_id: UUID | None = None, inbox_ids: Collection[UUID] | None = None, day: date | None = None
) -> QuerySet[InboxMessage]:
    """One message, these, or those that came in on a day (UTC), oldest first."""
    messages = InboxMessage.objects.select_related("connection").defer("raw").order_by("received_at")
    if inbox_id is not None:
        return messages.filter(id=inbox_id)
    if inbox_ids is not None:
        return messages.filter(id__in=inbox_ids)
    began = datetime.combine(day or date.min, time.min, tzinfo=UTC)
    return messages.filter(received_at__gte=began, received_at__lt=began + timedelta(days=1))


def tell_again(message: InboxMessage, *, dry_run: bool) -> Replayed:
    """Write a message's fact once more. A topic that was unknown when it came is read by today's rules."""
    fact = _fact_of(message)
    if fact == CONFLICT:
        return Replayed("inbox", str(message.id), fact, "no-op: the first body under this event id stands", new=False)
    known = [
        (process.name, ProcessRun.objects.filter(id=run_id_of(process=process.name, subject=str(message.id))).first())
        for process in registry.started_by(fact)
    ]
    fresh = [name for name, run in known if run is None]
    if not dry_run:
        with transaction.atomic(), correlation.use(message.correlation_id):
            data = {"inbox_id": str(message.id), "connection": message.connection.code, "topic": message.topic}
            outbox.add(name=fact, aggregate=f"inbox:{message.id}", data=data)
    there = [f"{name} run {run.id} is {run.state}" for name, run in known if run is not None]
    outcome = f"starts {', '.join(fresh)}" if fresh else f"no-op: {'; '.join(there) or 'it starts no journey'}"
    return Replayed("inbox", str(message.id), fact, outcome, new=bool(fresh))


def _fact_of(message: InboxMessage) -> str:
    if message.fact_name == CONFLICT or message.connection.kind not in RULES:
        return message.fact_name
    rules = RULES[message.connection.kind](message.connection)
    return rules.facts.get(message.topic, message.fact_name) if rules else message.fact_name


def deliver_stuck(*, dry_run: bool, by: str, now: datetime) -> Iterator[Replayed]:
    """Hand facts that were set aside back to the relay, one at a time, and close their cases."""
    for fact in Fact.objects.filter(state=FactState.STUCK).order_by("id"):
        if not dry_run:
            Fact.objects.filter(id=fact.id, state=FactState.STUCK).update(
                state=FactState.PENDING, attempts=0, due_at=Now()
            )
            Case.objects.filter(fingerprint__startswith=f"fact.stuck:{fact.name}:", state=CaseState.OPEN).update(
                state=CaseState.RESOLVED, resolved_at=now, resolved_by=by, resolution="delivered again"
            )
        yield Replayed("fact", str(fact.event_id), fact.name, f"is told again; it failed with {fact.error}", new=True)
