"""Change the book of returns. Each function is one conditional update, so that a repeat changes nothing."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from process_apis.returns.models import HeldFor, Return, ReturnEvent, ReturnState
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError

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
