"""Changes that were noted, folded into the rows of what each channel is to be told.

Of goods alone: gift wrap and fees lie nowhere, and no shop counts them.
"""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

_FOLD_LOCK = 7_231_011  # the name of the folding among PostgreSQL's advisory locks
FOLD_AT_ONCE = 1_000
_FOLD = """
WITH taken AS (
    DELETE FROM publication_changenoted WHERE id IN (SELECT id FROM publication_changenoted ORDER BY id LIMIT %(limit)s)
    RETURNING skus, at
), named (sku, at) AS (
    SELECT sku, min(at) FROM (
        SELECT unnest(skus) AS sku, at FROM taken
        UNION ALL SELECT product.sku, taken.at FROM taken CROSS JOIN catalog_product product WHERE taken.skus = '{}'
        UNION ALL SELECT whole.bundle, taken.at FROM taken JOIN catalog_bundlepart whole ON whole.part = ANY(taken.skus)
    ) every GROUP BY sku
)
INSERT INTO publication_channellevel AS level (channel, sku, version, weighed, dirty_since, due_at)
SELECT shop.channel, named.sku, 1, 0, named.at, named.at + %(window)s * interval '1 second'
FROM named JOIN catalog_product product ON product.sku = named.sku CROSS JOIN publication_channelshop shop
WHERE shop.active AND product.kind = 'goods' ORDER BY shop.channel, named.sku
ON CONFLICT (channel, sku) DO UPDATE SET version = level.version + 1,
    dirty_since = least(level.dirty_since, excluded.dirty_since), due_at = least(level.due_at, excluded.due_at)
"""
_EVERYTHING = """
INSERT INTO publication_channellevel AS level (channel, sku, version, weighed, dirty_since, due_at)
SELECT %(channel)s, sku, 1, 0, %(now)s, %(now)s FROM catalog_product WHERE active AND kind = 'goods' ORDER BY sku
ON CONFLICT (channel, sku) DO UPDATE SET version = level.version + 1, due_at = %(now)s, shown = NULL, hold_until = NULL
"""


def fold() -> int:
    """Fold noted changes into the levels of every shop, and of the bundles they are parts of. Returns rows touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return 0  # somebody is at it
        cursor.execute(_FOLD, {"limit": FOLD_AT_ONCE, "window": settings.PUBLISH_COALESCE_S})
        return cursor.rowcount


def take_everything(channel: str, *, now: datetime) -> None:
    """The full pass: every sku is due, and the shop is to be asked what it shows of each."""
    with connection.cursor() as cursor:
        cursor.execute(_EVERYTHING, {"channel": channel, "now": now})
