"""Read the stream of facts, in an order in which none is missed and none comes twice."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core import signing

from experience_apis.analytics import horizon
from retail_platform.kernel.outbox.models import Fact
from retail_platform.kernel.problem import Invalid

LOOKED_AT = 5_000  # facts of one answer that are looked at where only some names are asked for
_SALT = "analytics.changes"


@dataclass(frozen=True, slots=True)
class Changes:
    """Facts in order; `next` is the cursor behind the last that was looked at, `more` whether to ask again at once."""

    facts: list[Fact]
    next: str
    more: bool


def changes(*, after: str, names: Collection[str], limit: int) -> Changes:
    """Facts behind a cursor, the earliest first; names none means all. Raises Invalid for a cursor that is not ours."""
    begin = _read(after)
    horizon.advance()  # a busy relay may be some time about its round
    end = horizon.settled()  # before any fact is read: what is settled by now is seen by every later question
    seen = Fact.objects.filter(id__gt=begin, id__lte=end).order_by("id")
    if names:
        ids = list(seen.values_list("id", "name")[:LOOKED_AT])
        wanted = [fact_id for fact_id, name in ids if name in names][:limit]
        whole = len(wanted) == limit
        last = wanted[-1] if whole else (ids[-1][0] if ids else begin)
        facts = list(Fact.objects.filter(id__in=wanted).order_by("id"))
    else:
        facts = list(seen[:limit])
        last = facts[-1].id if facts else begin
    more = Fact.objects.filter(id__gt=last, id__lte=end).exists()
    return Changes(facts, next=signing.dumps(last, salt=_SALT), more=more)


def _read(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(signing.loads(cursor, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Invalid(
            "Take it from `next` of the answer before, unchanged, or leave it out to start with the first fact.",
            errors=[{"parameter": "after", "detail": "This cursor does not belong to this stream."}],
        ) from error
