"""Bring the rows people read in line with the stock book.

Note [One writer]: facts about one sku come from many orders, in any order. Whoever refreshes takes one lock first and
reads the book after it, so what is written last was also read last, and a row never goes back in time.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from experience_apis.availability.fragment import Fragment, render
from experience_apis.availability.models import AvailabilityRow
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel, Product
from process_apis.stock import queries as stock

_LOCK = 7_231_001  # the name of this projection among PostgreSQL's advisory locks
_WRITE = """
INSERT INTO availability_availabilityrow AS shown (sku, channel, status, available, body, version, as_of)
SELECT given.sku, channel.code, given.status, given.available, given.body, 1, %(now)s
FROM unnest(%(sku)s::text[], %(status)s::text[], %(available)s::bigint[], %(body)s::text[])
         AS given (sku, status, available, body)
CROSS JOIN unnest(%(channels)s::text[]) AS channel (code)
LEFT JOIN availability_availabilityrow standing ON standing.sku = given.sku AND standing.channel = channel.code
WHERE standing.body IS DISTINCT FROM given.body
ON CONFLICT (sku, channel) DO UPDATE
SET status = excluded.status, available = excluded.available, body = excluded.body,
    version = shown.version + 1, as_of = excluded.as_of
"""


def channels() -> list[str]:
    """The channels that show availability: all that sell."""
    return list(Channel.objects.filter(active=True).order_by("code").values_list("code", flat=True))


def skus() -> list[str]:
    """Everything there should be a row for."""
    return list(Product.objects.filter(active=True).order_by("sku").values_list("sku", flat=True))


def refresh(given: Collection[str], *, now: datetime, into: Sequence[str] | None = None) -> int:
    """Work out these skus anew for all active channels, or those of `into`. Returns how many rows became different."""
    wanted = channels() if into is None else list(into)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])  # Note [One writer]
        known = catalog.products(given)
        names = {code: node.name for code, node in catalog.nodes().items()}
        free = stock.free(known.keys())
        fragments = [render(sku, free=free.get(sku, {}), names=names) for sku in sorted(known)]
        gone, _ = AvailabilityRow.objects.filter(sku__in=set(given) - known.keys(), channel__in=wanted).delete()
        cursor.execute(_WRITE, _columns(fragments) | {"channels": wanted, "now": now})
        return gone + cursor.rowcount


def forget_unsold() -> int:
    """Remove rows of skus and channels that are not active any more. Returns how many there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        unsold = AvailabilityRow.objects.exclude(
            sku__in=Product.objects.filter(active=True).values("sku"),
            channel__in=Channel.objects.filter(active=True).values("code"),
        )
        return unsold.delete()[0]


def _columns(fragments: Sequence[Fragment]) -> dict[str, Any]:
    return {
        "sku": [fragment.sku for fragment in fragments],
        "status": [fragment.status for fragment in fragments],
        "available": [fragment.available for fragment in fragments],
        "body": [fragment.body for fragment in fragments],
    }
