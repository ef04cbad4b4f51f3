"""The statements of the stock book. Each is one round trip, locks rows in (sku, node) order, and may be sent twice."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

MOVE = """
WITH given AS (
    SELECT * FROM unnest(%(key)s::text[], %(sku)s::text[], %(node)s::text[], %(units)s::bigint[], %(reason)s::text[],
                         %(source)s::text[], %(occurred_at)s::timestamptz[])
        AS given (key, sku, node, units, reason, source, occurred_at)
), written AS (
    INSERT INTO stock_stockmovement (key, sku, node, units, reason, source, occurred_at, correlation_id)
    SELECT DISTINCT ON (key) key, sku, node, units, reason, source, occurred_at, %(correlation_id)s FROM given
    ON CONFLICT (key) DO NOTHING
    RETURNING sku, node, units
), summed AS (
    SELECT sku, node, sum(units) AS units FROM written GROUP BY sku, node ORDER BY sku, node
), applied AS (
    INSERT INTO stock_stockposition AS position (sku, node, on_hand, reserved)
    SELECT sku, node, units, 0 FROM summed
    ON CONFLICT (sku, node) DO UPDATE SET on_hand = position.on_hand + excluded.on_hand, updated_at = now()
    RETURNING 1
)
SELECT count(*) FROM written, (SELECT count(*) FROM applied) AS forced
"""

RESERVE = """
WITH wanted AS (
    SELECT * FROM unnest(%(line_id)s::text[], %(sku)s::text[], %(node)s::text[], %(units)s::bigint[])
        AS wanted (line_id, sku, node, units)
), summed AS (
    SELECT sku, node, sum(units)::bigint AS units FROM wanted GROUP BY sku, node
), known AS (
    SELECT count(*) AS lines FROM stock_reservation WHERE order_number = %(order_number)s
), locked AS (
    SELECT position.id, position.on_hand - position.reserved AS free, summed.units
    FROM stock_stockposition position JOIN summed USING (sku, node)
    WHERE (SELECT lines FROM known) = 0
    ORDER BY position.sku, position.node FOR UPDATE OF position
), fits AS (
    SELECT count(*) = (SELECT count(*) FROM summed) AND bool_and(free >= units) AS all_of_it FROM locked
), taken AS (
    UPDATE stock_stockposition position SET reserved = position.reserved + locked.units, updated_at = now()
    FROM locked, fits WHERE position.id = locked.id AND fits.all_of_it
    RETURNING 1
), noted AS (
    INSERT INTO stock_reservation (order_number, line_id, sku, node, units, consumed, state)
    SELECT %(order_number)s, line_id, sku, node, units, 0, 'open' FROM wanted
    WHERE (SELECT count(*) FROM taken) > 0
    RETURNING 1
)
SELECT (SELECT count(*) FROM noted) + (SELECT lines FROM known), (SELECT count(*) FROM wanted)
"""

RELEASE = """
WITH freed AS (
    UPDATE stock_reservation SET state = 'released'
    WHERE order_number = %(order_number)s AND state = 'open'
    RETURNING sku, node, units - consumed AS units
), summed AS (
    SELECT sku, node, sum(units)::bigint AS units FROM freed GROUP BY sku, node
), locked AS (
    SELECT position.id, summed.units FROM stock_stockposition position JOIN summed USING (sku, node)
    ORDER BY position.sku, position.node FOR UPDATE OF position
), given_back AS (
    UPDATE stock_stockposition position SET reserved = position.reserved - locked.units, updated_at = now()
    FROM locked WHERE position.id = locked.id
    RETURNING 1
)
SELECT coalesce(sum(units), 0)::bigint, coalesce(array_agg(DISTINCT sku), '{}'::text[])
FROM freed, (SELECT count(*) FROM given_back) AS forced
"""

DISPATCH = """
WITH left_us AS (
    SELECT * FROM unnest(%(line_id)s::text[], %(sku)s::text[], %(units)s::bigint[]) AS left_us (line_id, sku, units)
), consumed AS (
    UPDATE stock_reservation reservation
    SET consumed = reservation.consumed + left_us.units,
        state = CASE WHEN reservation.consumed + left_us.units = reservation.units THEN 'consumed' ELSE 'open' END
    FROM left_us
    WHERE reservation.order_number = %(order_number)s AND reservation.node = %(node)s
      AND reservation.line_id = left_us.line_id AND reservation.sku = left_us.sku AND reservation.state = 'open'
      AND reservation.consumed + left_us.units <= reservation.units
    RETURNING reservation.line_id, left_us.sku, left_us.units
), summed AS (
    SELECT sku, sum(units)::bigint AS units FROM consumed GROUP BY sku
), locked AS (
    SELECT position.id, summed.units FROM stock_stockposition position JOIN summed USING (sku)
    WHERE position.node = %(node)s ORDER BY position.sku, position.node FOR UPDATE OF position
), taken AS (
    UPDATE stock_stockposition position
    SET on_hand = position.on_hand - locked.units, reserved = position.reserved - locked.units, updated_at = now()
    FROM locked WHERE position.id = locked.id
    RETURNING 1
), written AS (
    INSERT INTO stock_stockmovement (key, sku, node, units, reason, source, occurred_at, correlation_id)
    SELECT 'parcel:' || %(parcel)s || ':' || line_id, sku, %(node)s, -units, 'sale', 'parcel', %(at)s,
           %(correlation_id)s FROM consumed
    RETURNING 1
)
SELECT count(*) FROM written, (SELECT count(*) FROM taken) AS forced
"""

SHORT = """
SELECT summed.sku, summed.node, summed.units, coalesce(position.on_hand - position.reserved, 0)
FROM (SELECT sku, node, sum(units)::bigint AS units
      FROM unnest(%(sku)s::text[], %(node)s::text[], %(units)s::bigint[]) AS wanted (sku, node, units)
      GROUP BY sku, node) AS summed
LEFT JOIN stock_stockposition position USING (sku, node)
WHERE coalesce(position.on_hand - position.reserved, 0) < summed.units
ORDER BY 1, 2
"""


@contextmanager
def refusing_oversale(error: type[Exception]) -> Iterator[None]:
    """Turn the database's last word (CHECK never_oversold) into ours."""
    try:
        yield
    except IntegrityError as refused:
        if "never_oversold" in str(refused):
            raise error("on hand would fall below what is promised to orders") from refused
        raise
