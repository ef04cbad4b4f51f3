"""Note what is to be told, and what became of it. The natural key of a notice is fact, template and recipient."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from process_apis.notices import decisions, queries
from process_apis.notices.models import Notice, NoticeState
from process_apis.orders.models import Order
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError


class StillToBeSent(DomainError):
    """A notice that is about to be sent is not sent anew: that would be two of it."""

    status, kind, title = 409, "notice-pending", "This notice is still to be sent"


@transaction.atomic
def note(*, event_id: UUID, fact: str, data: Mapping[str, Any], order: Order) -> Notice | None:
    """The notice of a fact, noted once; its sending begins with the fact `notice.due`. None: nobody is told."""
    due = decisions.due(
        fact,
        data,
        to=decisions.Addressee(email=order.customer_email, country=str(order.ship_to.get("country", ""))),
        policy=queries.policy(order.channel),
        language_of=settings.NOTICE_LANGUAGE_OF,
        otherwise=settings.NOTICE_LANGUAGE,
    )
    if due is None:
        return None
    notice, new = Notice.objects.get_or_create(
        event_id=event_id,
        template=due.template,
        recipient=digest(order.customer_email),
        copy=0,
        defaults={
            "order_number": order.number,
            "channel": order.channel,
            "language": due.language,
            "about": due.about,
            "state": NoticeState.SUPPRESSED if due.suppressed else NoticeState.PENDING,
            "why": due.suppressed,
            "correlation_id": correlation.current(),
        },
    )
    if new and not due.suppressed:
        _tell(notice)
    return notice


@transaction.atomic
def resend(*, notice_id: UUID, by: str, reason: str) -> Notice:
    """The same message once more, as a notice of its own. Raises NoSuchNotice, StillToBeSent."""
    notice = queries.notice(notice_id)
    if notice.state == NoticeState.PENDING:
        raise StillToBeSent("wait until it is sent or has failed; where its run is parked, act on the run")
    family = Notice.objects.filter(event_id=notice.event_id, template=notice.template, recipient=notice.recipient)
    latest = family.select_for_update().order_by("-copy")[0]
    again = Notice.objects.create(
        event_id=notice.event_id,
        template=notice.template,
        recipient=notice.recipient,
        copy=latest.copy + 1,
        order_number=notice.order_number,
        channel=notice.channel,
        language=notice.language,
        about=notice.about,
        asked_by=f"{by}: {reason}"[:160],
        correlation_id=notice.correlation_id,
    )
    _tell(again)
    return again


def sent(*, notice_id: UUID, now: datetime) -> None:
    """A mail server has taken it."""
    _end(notice_id, state=NoticeState.SENT, why="", sent_at=now)


def failed(*, notice_id: UUID, why: str) -> None:
    """It is not sent, and will not be unless somebody has it sent anew."""
    _end(notice_id, state=NoticeState.FAILED, why=why[:500])


def suppressed(*, notice_id: UUID, why: str) -> None:
    """What it was about is over: it would tell something untrue."""
    _end(notice_id, state=NoticeState.SUPPRESSED, why=why[:500])


def digest(email: str) -> str:
    """What is kept of an address; nothing of none."""
    plain = email.strip().lower()
    return sha256(plain.encode()).hexdigest() if plain else ""


def _end(notice_id: UUID, **changes: Any) -> None:
    Notice.objects.filter(id=notice_id, state=NoticeState.PENDING).update(**changes)


def _tell(notice: Notice) -> None:
    outbox.add(
        name="notice.due",
        aggregate=f"notice:{notice.id}",
        data={
            "order_number": notice.order_number,
            "channel": notice.channel,
            "notice": str(notice.id),
            "template": notice.template,
            "language": notice.language,
        },
    )
