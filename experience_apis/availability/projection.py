"""Bring the rows people read in line with the stock book.

Note [One writer]: facts about one sku come from many orders, in any order. Whoever refreshes takes one lock first and
reads the book after it, so what is written last was also read last, and a row never goes back in time.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from experience_apis.availability.fragment import Fragment, render, service
from experience_apis.availability.models import AvailabilityRow
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel, Product, ProductKind
from process_apis.stock_policy import services as policies

_LOCK = 7_231_001  # the name of this projection among PostgreSQL's advisory locks
_DRAW = """
WITH drawn (version) AS (  -- as many versions as could be needed: Note [Versions]
    INSERT INTO availability_availabilityclock AS clock (id, version)
    VALUES (1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + %(room)s)
    ON CONFLICT (id) DO UPDATE SET version = greatest(clock.version + %(room)s, excluded.version)
    RETURNING version - %(room)s
)"""
_WRITE = (
    _DRAW
    + """
INSERT INTO availability_availabilityrow AS shown (sku, channel, status, available, body, version, as_of)
SELECT given.sku, channel.code, given.status, given.available, given.body,
       drawn.version + row_number() OVER (ORDER BY given.sku, channel.code), %(now)s
FROM unnest(%(variant)s::int[], %(sku)s::text[], %(status)s::text[], %(available)s::bigint[], %(body)s::text[])
         AS given (variant, sku, status, available, body)
JOIN unnest(%(channel)s::text[], %(shows)s::int[]) AS channel (code, variant) USING (variant)
CROSS JOIN drawn
LEFT JOIN availability_availabilityrow standing ON standing.sku = given.sku AND standing.channel = channel.code
WHERE standing.body IS DISTINCT FROM given.body
ON CONFLICT (sku, channel) DO UPDATE
SET status = excluded.status, available = excluded.available, body = excluded.body,
    version = excluded.version, as_of = excluded.as_of
"""
)
_REMOVED = ", removed AS (DELETE FROM availability_availabilityrow WHERE id = ANY(%(ids)s) RETURNING sku, channel)"
_REMOVE = (
    _DRAW
    + _REMOVED
    + """
INSERT INTO availability_availabilitygone (sku, channel, version)
SELECT sku, channel, drawn.version + row_number() OVER () FROM removed CROSS JOIN drawn
"""
)


class Variant(NamedTuple):
    """Some channels, and what all of them show."""

    channels: list[str]
    fragments: list[Fragment]


def channels() -> list[str]:
    """The channels that show availability: all that sell."""
    return list(Channel.objects.filter(active=True).order_by("code").values_list("code", flat=True))


def skus() -> list[str]:
    """Everything there should be a row for."""
    return list(Product.objects.filter(active=True).order_by("sku").values_list("sku", flat=True))


def refresh(given: Collection[str], *, now: datetime, into: Sequence[str] | None = None, if_free: bool = False) -> int:
    """Work out these skus, and the bundles they are part of, anew for all active channels or those of `into`.

    Returns how many rows became different.
    With `if_free` nobody is waited for: while somebody else refreshes, nothing happens.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if not _locked(cursor, wait=not if_free):
            return 0
        wanted = channels() if into is None else list(into)
        touched = {*given, *catalog.bundles_with(given)}
        known = sold(touched)
        variants = worked_out(known, channels=wanted, now=now)
        gone = _remove(cursor, AvailabilityRow.objects.filter(sku__in=touched - known.keys(), channel__in=wanted))
        cursor.execute(_WRITE, _columns(variants) | {"now": now, "room": len(known) * len(wanted)})
        return gone + cursor.rowcount


def sold(given: Collection[str]) -> dict[str, Product]:
    """Those of the skus that there should be rows for."""
    return catalog.products(given) if given else {}


def worked_out(known: Mapping[str, Product], *, channels: Sequence[str], now: datetime) -> list[Variant]:
    """What may be sold of these products at this moment; channels that see the same share one variant."""
    if not known or not channels:
        return []
    goods = sorted(sku for sku, product in known.items() if product.kind == ProductKind.GOODS)
    found = policies.by_channels(goods, channels=channels, now=now) if goods else []
    variants = [Variant(group, [render(offer) for offer in offers.values()]) for group, offers in found]
    if services := sorted(known.keys() - set(goods)):
        variants.append(Variant(list(channels), [service(sku) for sku in services]))
    return variants


def forget_unsold() -> int:
    """Remove rows of skus and channels that are not active any more. Returns how many there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        _locked(cursor, wait=True)
        unsold = AvailabilityRow.objects.exclude(
            sku__in=Product.objects.filter(active=True).values("sku"),
            channel__in=Channel.objects.filter(active=True).values("code"),
        )
        return _remove(cursor, unsold)


def _locked(cursor: CursorWrapper, *, wait: bool) -> bool:
    """Note [One writer]."""
    if wait:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
    return bool(cursor.fetchone()[0])


def _remove(cursor: CursorWrapper, rows: QuerySet[AvailabilityRow]) -> int:
    """Delete rows, and say so to those who hold copies."""
    if ids := list(rows.values_list("id", flat=True)):
        cursor.execute(_REMOVE, {"ids": ids, "room": len(ids)})
    return len(ids)


def _columns(variants: Sequence[Variant]) -> dict[str, Any]:
    shown = [(number, fragment) for number, variant in enumerate(variants) for fragment in variant.fragments]
    seen = [(channel, number) for number, variant in enumerate(variants) for channel in variant.channels]
    return {
        "variant": [number for number, _ in shown],
        "sku": [fragment.sku for _, fragment in shown],
        "status": [fragment.status for _, fragment in shown],
        "available": [fragment.available for _, fragment in shown],
        "body": [fragment.body for _, fragment in shown],
        "channel": [channel for channel, _ in seen],
        "shows": [number for _, number in seen],
    }
