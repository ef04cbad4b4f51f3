"""Change master data by what happens, not by hand."""

from collections.abc import Collection

from django.db import connection

_HEARD = """
UPDATE catalog_node SET heard_at = now() WHERE code IN (
    SELECT code FROM catalog_node
    WHERE code = ANY(%(codes)s::text[]) AND (heard_at IS NULL OR heard_at < now() - interval '1 minute')
    FOR UPDATE SKIP LOCKED
)
"""


def heard_from(codes: Collection[str]) -> None:
    """These nodes have told us something just now; written down once a minute, and nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, {"codes": sorted(codes)})
