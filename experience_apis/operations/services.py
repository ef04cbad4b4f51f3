"""Tell again what came in or got stuck, a bounded number at a time."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from django.db.models import Q

from experience_apis.operations.serializers import MOST_AT_ONCE
from process_apis.engine import replay
from process_apis.engine.replay import Replayed
from retail_platform.kernel.problem import Unprocessable


class NoSuchMessage(Unprocessable):
    """The inbox has none of this id. Nothing was told again."""

    kind, title = "no-such-message", "The inbox holds no such message"


def messages(inbox_ids: Sequence[UUID], *, dry_run: bool) -> list[Replayed]:
    """Read these messages again, in the order they came in. Raises NoSuchMessage, and then has read none."""
    found = {message.id: message for message in replay.messages_of(inbox_ids=inbox_ids)}
    missing = [place for place, inbox_id in enumerate(inbox_ids) if inbox_id not in found]
    if missing:
        raise NoSuchMessage(
            "Take the ids from a trace or the admin; nothing was told again.",
            errors=[{"pointer": f"/inbox_ids/{n}", "detail": "The inbox holds no such message."} for n in missing],
        )
    return [replay.tell_again(message, dry_run=dry_run) for message in found.values()]


def day(on: date, *, after: UUID | None, limit: int, dry_run: bool) -> tuple[list[Replayed], UUID | None]:
    """Read the messages of a day again, and say after which to go on. Raises NoSuchMessage for an unknown `after`."""
    rows = replay.messages_of(day=on).order_by("received_at", "id")
    if after is not None:
        last = rows.filter(id=after).first()
        if last is None:
            raise NoSuchMessage(
                "Take `after` from `next` of the answer before, with the same day.",
                errors=[{"pointer": "/after", "detail": "No message of that day."}],
            )
        rows = rows.filter(Q(received_at__gt=last.received_at) | Q(received_at=last.received_at, id__gt=last.id))
    found = list(rows[: limit + 1])
    told = found[:limit]
    more = len(found) > len(told)
    return [replay.tell_again(message, dry_run=dry_run) for message in told], told[-1].id if more else None


def stuck_facts(*, dry_run: bool, by: str, now: datetime) -> list[Replayed]:
    """Hand facts that were set aside back to the relay, the earliest first."""
    return list(islice(replay.deliver_stuck(dry_run=dry_run, by=by, now=now), MOST_AT_ONCE))
