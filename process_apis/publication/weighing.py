"""What channels are to be told: figures worked out where something changed, and which of them are due.

Note [One order]: whoever changes rows of a channel locks them in the order of their skus, so that no two wait for each
other.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from process_apis.publication.models import ChannelLevel
from process_apis.stock_policy import services as stock_policy

WEIGH_AT_ONCE = 500
LOCK = (
    "SELECT 1 FROM publication_channellevel WHERE channel = %(channel)s AND sku = ANY(%(sku)s) ORDER BY sku FOR UPDATE"
)
_WEIGHED = """
UPDATE publication_channellevel level
SET wanted = new.wanted, weighed = new.version, weighed_at = %(now)s,
    due_at = CASE WHEN new.at_once THEN least(level.due_at, %(now)s) ELSE coalesce(level.due_at, %(now)s) END,
    -- It was told this already, but goods moved: sold in the shop and given back, perhaps. So look before believing it.
    shown = CASE WHEN new.wanted = level.told THEN NULL ELSE level.shown END
FROM unnest(%(sku)s::text[], %(version)s::bigint[], %(wanted)s::bigint[], %(at_once)s::bool[])
     AS new (sku, version, wanted, at_once)
WHERE level.channel = %(channel)s AND level.sku = new.sku
"""


def weigh(channel: str, *, now: datetime) -> int:
    """Work out what the channel may sell of skus that changed, at most some hundreds. Returns how many."""
    rows = list(_free(channel, now).exclude(version=F("weighed")).order_by("due_at", "sku")[:WEIGH_AT_ONCE])
    if not rows:
        return 0
    offers = stock_policy.to_sell([row.sku for row in rows], channel=channel, now=now)
    wanted = [max(offers[row.sku].available, 0) if row.sku in offers else 0 for row in rows]
    columns: dict[str, Any] = {
        "channel": channel,
        "now": now,
        "sku": [row.sku for row in rows],
        "version": [row.version for row in rows],
        "wanted": wanted,
        "at_once": [passes(row.told, units) for row, units in zip(rows, wanted, strict=True)],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, columns)
        cursor.execute(_WEIGHED, columns)
    return len(rows)


def passes(told: int | None, wanted: int) -> bool:
    """Whether a figure passes zero or a threshold, so that the channel is to hear of it at once."""
    return told is None or any((told <= mark) != (wanted <= mark) for mark in settings.PUBLISH_AT_ONCE)


def due(channel: str, *, now: datetime, limit: int) -> list[ChannelLevel]:
    """What is to be told now, the fewest units first."""
    return list(_free(channel, now).filter(due_at__lte=now, version=F("weighed")).order_by("wanted", "sku")[:limit])


def _free(channel: str, now: datetime) -> QuerySet[ChannelLevel]:
    """Without those that a person has to mend first."""
    return ChannelLevel.objects.filter(channel=channel).filter(Q(hold_until=None) | Q(hold_until__lte=now))
