"""Note what nodes were asked, what is sent later, and what became of it. Each write is conditional."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from process_apis.fulfilment import queries
from process_apis.fulfilment.decisions import Rule, rule_for
from process_apis.fulfilment.models import Cause, LaterState, RequestState, SendRequest, SentLater, Way
from retail_platform.kernel import correlation


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a line that one node is to send."""

    line_id: str
    sku: str
    node: str
    units: int


def asked(
    *, order_number: str, channel: str, references: Mapping[str, str], kinds: Mapping[str, str], now: datetime
) -> None:
    """Note that nodes were asked, and by when each is to say yes. `kinds` are the nodes' kinds. Twice is once."""
    if not references:
        return
    rules = queries.rules(now=now)
    SendRequest.objects.bulk_create(
        [
            SendRequest(
                order_number=order_number,
                channel=channel,
                node=node,
                reference=reference,
                asked_at=now,
                answer_by=_answer_by(
                    rule_for(rules, channel=channel, node=node, node_kind=kinds.get(node, "")), now=now
                ),
                correlation_id=correlation.current(),
            )
            for node, reference in references.items()
        ],
        ignore_conflicts=True,
    )


def rule_at(*, channel: str, node: str, node_kind: str, now: datetime) -> Rule:
    """What counts for a node and a channel now."""
    return rule_for(queries.rules(now=now), channel=channel, node=node, node_kind=node_kind)


def postpone(
    *, order_number: str, part: Part, cause: Cause, way: Way, now: datetime, needs_goods: bool = False,
    promised_on: date | None = None,
) -> SentLater:  # fmt: skip
    """Units a node is asked for later. Call it with the order's row locked, once."""
    return SentLater.objects.create(
        order_number=order_number, line_id=part.line_id, sku=part.sku, node=part.node, units=part.units, cause=cause,
        way=way, needs_goods=needs_goods, promised_on=promised_on, since=now,
    )  # fmt: skip


def cut(*, order_number: str, parts: Sequence[Part]) -> None:
    """These units are cancelled: so many fewer are to be sent later. Call it with the order's row locked."""
    for part in parts:
        left = part.units
        rows = SentLater.objects.filter(
            order_number=order_number, line_id=part.line_id, sku=part.sku, node=part.node, state=LaterState.WAITING
        )
        for row in rows.order_by("since", "id"):
            less = min(left, row.units)
            row.units -= less
            left -= less
            row.state = row.state if row.units else LaterState.DROPPED
            row.save(update_fields=["units", "state"])
            if not left:
                break


def claim(rows: Sequence[SentLater], *, by: UUID) -> int:
    """One run asks the node for all of these; the others find that it does."""
    ids = [row.id for row in rows]
    return SentLater.objects.filter(id__in=ids, state=LaterState.WAITING).update(state=LaterState.SENDING, sent_by=by)


def sent(*, by: UUID) -> int:
    """The node has been asked."""
    return SentLater.objects.filter(sent_by=by, state=LaterState.SENDING).update(state=LaterState.SENT)


def drop(later: SentLater) -> None:
    """Nothing of it is to be sent any more."""
    SentLater.objects.filter(id=later.id, state=LaterState.WAITING).update(state=LaterState.DROPPED)


def became(request: SendRequest, state: RequestState) -> bool:
    """What became of a request. False if that was settled before."""
    before = [RequestState.ASKED] if state != RequestState.RECALLED else [RequestState.ASKED, RequestState.RECALLING]
    if state == RequestState.TAKEN:
        before.append(RequestState.RECALLING)  # it had begun after all
    return bool(SendRequest.objects.filter(id=request.id, state__in=before).update(state=state))


def _answer_by(rule: Rule, *, now: datetime) -> datetime | None:
    return now + timedelta(minutes=rule.acknowledge_min) if rule.acknowledge_min else None
