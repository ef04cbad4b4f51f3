"""Read what can be had, as it was rendered. PostgreSQL's answer: the one that is always there."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from experience_apis.availability import copy, projection
from experience_apis.availability.copy import DIGITS, Entry, Mark
from experience_apis.availability.fragment import unknown
from experience_apis.availability.models import AvailabilityRow
from retail_platform.kernel import clock, valkey
from retail_platform.kernel.outbox.models import Fact, FactState


class Shown(NamedTuple):
    """The JSON of one sku, and a mark that no other content ever has."""

    body: str
    mark: str


def fragments(skus: Sequence[str], *, channel: str, mend: bool = False) -> list[Shown]:
    """Each sku in the order asked for; one that is not sold has status "unknown".

    A row that is missing though the sku is sold was lost: it is worked out from the stock book and put back. `mend`
    puts what is found into the copy, too.
    """
    since = _mark() if mend else None
    found = _rows(skus, channel=channel)
    if lost := projection.sold(set(skus) - found.keys()):
        projection.refresh(lost, now=clock.now(), if_free=True)
        found |= _rows(lost, channel=channel)
    if since and found:
        _mend(found.values(), since=since)
    still = {sku: product for sku, product in lost.items() if sku not in found}  # somebody else was refreshing
    variants = projection.worked_out(still, channels=[channel], now=clock.now())
    live = {each.sku: each.body for variant in variants for each in variant.fragments}
    return [_shown(sku, found.get(sku), live.get(sku)) for sku in skus]


def current_until(*, now: datetime) -> datetime:
    """The moment up to which every change of stock is in what is shown: now, or the oldest change still on its way."""
    waiting = Fact.objects.filter(state=FactState.PENDING, name="stock.changed").order_by("id")
    oldest = waiting.values_list("created_at", flat=True).first()
    return min(oldest, now) if oldest else now


def _rows(skus: Collection[str], *, channel: str) -> dict[str, Entry]:
    rows = AvailabilityRow.objects.filter(channel=channel, sku__in=skus)
    return {row[1]: Entry(*row) for row in rows.values_list("channel", "sku", "version", "body")}


def _shown(sku: str, row: Entry | None, live: str | None) -> Shown:
    if row:
        return Shown(row.body, f"{row.version:0{DIGITS}d}")
    return Shown(live, live) if live else Shown(unknown(sku), f"?{sku}")


def _mark() -> Mark | None:
    try:
        return copy.mark()
    except valkey.Down:
        return None


def _mend(entries: Iterable[Entry], *, since: Mark) -> None:
    with suppress(valkey.Down):  # then it is mended when somebody asks again
        copy.write(entries, since=since)
