"""Change the book of returns. Each function is one conditional update, so that a repeat changes nothing."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from process_apis.returns.models import HeldFor, Return, ReturnEvent, ReturnKind, ReturnLine, ReturnState
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError

_NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
BEFORE_GOODS = (
    ReturnState.REQUESTED, ReturnState.AUTHORISED, ReturnState.LABEL_ISSUED, ReturnState.IN_TRANSIT, ReturnState.HELD,
    ReturnState.LOST_IN_TRANSIT,
)  # fmt: skip


class WrongState(DomainError):
    """The return is elsewhere by now; `detail` says where, and what can be done with it there."""

    status, kind, title = 409, "return-wrong-state", "This cannot be done with the return now"


class SecondPersonNeeded(DomainError):
    """Who asked for a return may not agree to it as well."""

    status, kind, title = 409, "second-person-needed", "Somebody else has to agree to this"


@dataclass(frozen=True, slots=True)
class LineGiven:
    """Units that come back, and what the customer gets for them."""

    line_id: str
    sku: str
    units: int
    condition: str = "new"
    serial: str = ""
    net_minor: int = 0
    tax_minor: int = 0
    fee_minor: int = 0
    unit_cost_minor: int = 0
    cost_currency: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What is written down of a return when it is asked for. `money` are amount columns of the return by name."""

    key: str
    channel: str
    currency: str
    lines: Sequence[LineGiven]
    kind: ReturnKind = ReturnKind.RETURN
    order_number: str = ""
    node: str = ""
    reason: str = ""
    note: str = ""
    customer_reference: str = ""
    customer_hash: str = ""
    requested_by: str = ""
    total_minor: int = 0
    money: Mapping[str, int] = field(default_factory=dict)
    arithmetic: Sequence[tuple[str, int]] = ()
    expires_at: datetime | None = None
    label: str = ""
    settled_as: str = ""


def new_number() -> str:
    """A return number nobody can guess the next one of: "R" and ten characters."""
    return "R" + "".join(secrets.choice(_NUMBER_LETTERS) for _ in range(10))


@transaction.atomic
def open_return(given: Opened, *, now: datetime) -> tuple[Return, bool]:
    """Write a return down and tell of it. The same key again is found, not made: (its row, False)."""
    row, new = write(given, number=new_number(), now=now)
    if new:
        tell(row, "return.requested", by=given.requested_by, kind=given.kind, total_minor=given.total_minor)
    return row, new


@transaction.atomic
def write(given: Opened, *, number: str, now: datetime) -> tuple[Return, bool]:
    """Write a return down and tell nobody, so that no journey begins."""
    row = Return(
        number=number,
        key=given.key,
        kind=given.kind,
        channel=given.channel,
        order_number=given.order_number,
        node=given.node,
        currency=given.currency,
        reason=given.reason[:40],
        note=given.note[:500],
        customer_reference=given.customer_reference,
        customer_hash=given.customer_hash,
        requested_by=given.requested_by[:160],
        arithmetic=[list(term) for term in given.arithmetic],
        total_minor=given.total_minor,
        **given.money,
        correlation_id=correlation.current(),
        requested_at=now,
        expires_at=given.expires_at,
        label=given.label,
        settled_as=given.settled_as,
    )
    Return.objects.bulk_create([row], ignore_conflicts=True)
    standing = Return.objects.get(key=given.key)
    if standing.id != row.id:
        return standing, False
    ReturnLine.objects.bulk_create(
        ReturnLine(
            parent=row, line_id=line.line_id, sku=line.sku, units=line.units, condition=line.condition,
            serial=line.serial, net_minor=line.net_minor, tax_minor=line.tax_minor, fee_minor=line.fee_minor,
            unit_cost_minor=line.unit_cost_minor, cost_currency=line.cost_currency,
        )
        for line in given.lines
    )  # fmt: skip
    return row, True


def tell(parent: Return, name: str, *, by: str = "", also: Mapping[str, str] | None = None, **detail: Any) -> None:
    """Write what happened into the return's history and the outbox, in the caller's transaction.

    `also` are fields of the fact beyond the numbers; `detail` is for the history alone.
    """
    note(parent, name, by=by, **detail, **(also or {}))
    outbox.add(
        name=name,
        aggregate=f"return:{parent.number}",
        data={"return_number": parent.number, "order_number": parent.order_number, **(also or {})},
    )


def note(parent: Return, name: str, *, by: str = "", **detail: Any) -> None:
    """Write into the return's history only."""
    ReturnEvent.objects.create(
        parent=parent, name=name, detail=detail, by=by[:160], correlation_id=correlation.current()
    )


def move(parent: Return, *, to: ReturnState, since: Collection[ReturnState], **changes: Any) -> bool:
    """Set a return's state if it is in one of `since`; the database is the referee. False if it is not."""
    changes = {"held_for": HeldFor.NOTHING, "waits_for": "", **changes}
    moved = Return.objects.filter(id=parent.id, state__in=since).update(state=to, **changes)
    parent.refresh_from_db()
    return bool(moved)


def hold(parent: Return, *, reason: HeldFor, waits_for: str) -> bool:
    """The return waits for something; written once, however often it is looked at."""
    standing = Return.objects.filter(id=parent.id).exclude(state=ReturnState.HELD, held_for=reason, waits_for=waits_for)
    if not standing.update(state=ReturnState.HELD, held_for=reason, waits_for=waits_for[:120]):
        return False
    note(parent, "return.held", reason=reason, waits_for=waits_for)
    parent.refresh_from_db()
    return True


@transaction.atomic
def authorise(parent: Return, *, by: str) -> bool:
    """It may come back. Of one that waits for a second person, only a person who did not ask for it says so."""
    if parent.held_for == HeldFor.APPROVAL and (not by or by == parent.requested_by):
        raise SecondPersonNeeded(f"{by or 'nobody'} asked for return {parent.number}; somebody else has to approve it")
    waits = {"state": ReturnState.HELD, "held_for": HeldFor.APPROVAL} if parent.held_for else {}
    waits = waits or {"state": ReturnState.REQUESTED}
    approved = {"approved_by": by[:160]} if parent.held_for else {}
    moved = Return.objects.filter(id=parent.id, **waits).update(
        state=ReturnState.AUTHORISED, held_for=HeldFor.NOTHING, waits_for="", **approved
    )
    parent.refresh_from_db()
    if moved:
        tell(parent, "return.authorised", by=by)
    return bool(moved)


@transaction.atomic
def reject(parent: Return, *, by: str, why: str, now: datetime) -> bool:
    """It may not come back, or what came back is not what was sold. False if it is too late to say so."""
    since = [*BEFORE_GOODS, ReturnState.RECEIVED, ReturnState.INSPECTED, ReturnState.DISPOSITION_SET]
    if parent.memos.exists() or not move(
        parent, to=ReturnState.REJECTED, since=since, refuse_reason=why[:500], closed_at=now
    ):
        return False
    tell(parent, "return.rejected", by=by, why=why)
    return True


@transaction.atomic
def expire(parent: Return, *, now: datetime) -> bool:
    """The goods did not come in time. False if they did, or if it is over."""
    since = [ReturnState.AUTHORISED, ReturnState.LABEL_ISSUED]
    if parent.receipts.exists() or not move(parent, to=ReturnState.EXPIRED, since=since, closed_at=now):
        return False
    tell(parent, "return.expired")
    return True


@transaction.atomic
def close(parent: Return, *, now: datetime) -> bool:
    """Goods and money are accounted for."""
    since = [ReturnState.REFUNDED, ReturnState.CREDITED]
    if not move(parent, to=ReturnState.CLOSED, since=since, closed_at=now):
        return False
    tell(parent, "return.closed")
    return True


def release_hold(parent: Return, *, reason: HeldFor) -> None:
    """What a return was held for has come; where it stood before follows from what it has."""
    if parent.state != ReturnState.HELD or parent.held_for != reason:
        return
    if parent.memos.exists():
        to = ReturnState.CREDITED
    elif parent.receipts.exists():
        to = ReturnState.DISPOSITION_SET
    else:
        to = ReturnState.AUTHORISED
    move(parent, to=to, since=[ReturnState.HELD])
