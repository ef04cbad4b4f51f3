"""What was set aside comes to its end: a person says how, or the source tells it again and it can be applied."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from process_apis.cases import services as cases
from process_apis.stock.models import SetAside
from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError, NotFound

TOLD_AGAIN = "it was told again and applied"
_OPEN = "SELECT id, source, case_id FROM stock_setaside WHERE key = ANY(%s) AND settled_at IS NULL"


class NoSuchWord(NotFound):
    """Nothing was set aside under this id, or it is not yours to see."""

    title = "Nothing was set aside under this id"


class AlreadySettled(DomainError):
    """Somebody has settled this before. Told again and refused again, it stands open anew."""

    kind = "set-aside-settled"
    title = "This was settled already"


def seen(
    *, nodes: Collection[str], source: str | None = None, rule: str | None = None, settled: bool | None = None
) -> QuerySet[SetAside]:
    """What was told and not applied, to page through; `nodes` are those a caller may see, none of them means all."""
    wanted = {"source": source, "rule": rule}
    rows = SetAside.objects.filter(**{name: value for name, value in wanted.items() if value})
    if settled is not None:
        rows = rows.filter(settled_at__isnull=not settled)
    return rows.filter(told__node__in=list(nodes)) if nodes else rows


@transaction.atomic
def settle(aside_id: int, *, by: str, reason: str, now: datetime, nodes: Collection[str] = ()) -> SetAside:
    """Say what became of it; the case is closed with the last of its kind. Raises AlreadySettled, NoSuchWord."""
    row = seen(nodes=nodes).select_for_update().filter(id=aside_id).first()
    if row is None:
        raise NoSuchWord("take the id from the list of what was set aside")
    if row.settled_at is not None:
        raise AlreadySettled(f"{row.settled_by} has settled it: {row.settled_because}")
    row.settled_at, row.settled_by, row.settled_because = now, by[:160], reason[:500]
    row.save(update_fields=["settled_at", "settled_by", "settled_because"])
    _close({row.case_id}, by=by, because=reason, now=now)
    return row


def came_right(keys: Collection[str]) -> None:
    """These movements could be applied: what was set aside of them before is settled."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [list(keys)])
        found = cursor.fetchall()
    if found:
        now = clock.now()
        for source in {source for _, source, _ in found}:
            SetAside.objects.filter(id__in=[each for each, by, _ in found if by == source]).update(
                settled_at=now, settled_by=source or "its source", settled_because=TOLD_AGAIN
            )
        _close({case_id for _, _, case_id in found}, by="the stock book", because=TOLD_AGAIN, now=now)


def _close(case_ids: Collection[UUID | None], *, by: str, because: str, now: datetime) -> None:
    """Close the cases of which nothing is open any more."""
    waiting = set(SetAside.objects.filter(case_id__in=case_ids, settled_at=None).values_list("case_id", flat=True))
    for case_id in set(case_ids) - waiting - {None}:
        cases.resolve(case_id=case_id, by=by, resolution=because, now=now)  # type: ignore[arg-type]
