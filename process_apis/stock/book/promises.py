"""What is promised of the goods: the statements that reserve and give back, one round trip each.

Note [Locks]: whatever changes reservations that are there locks them first, by id, and then positions in (sku, node)
order. Everybody does it in this order, so nobody waits in a circle. Each statement may be sent twice.
"""

from process_apis.stock.book.statements import worked_out
from retail_platform.kernel.outbox import services as outbox

FREE = "SELLABLE(position) + position.backorder_limit - position.reserved - position.allocated"

RESERVE = worked_out(f"""
WITH wanted AS (
    SELECT * FROM unnest(%(line_id)s::text[], %(sku)s::text[], %(node)s::text[], %(units)s::bigint[])
        AS wanted (line_id, sku, node, units)
), summed AS (
    SELECT sku, node, sum(units)::bigint AS units FROM wanted GROUP BY sku, node
), known AS (
    SELECT count(*) AS lines FROM stock_reservation WHERE order_number = %(order_number)s
), locked AS (
    SELECT position.id, {FREE} AS free, summed.units
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
""")  # noqa: S608 - our own words

# Give back what `which` names: the positions first, then the reservations that still are as they were.
_GIVE_BACK = """
WITH chosen AS MATERIALIZED (<WHICH>), locked AS MATERIALIZED (
    SELECT position.id, position.sku, position.node FROM stock_stockposition position
    WHERE (position.sku, position.node) IN (SELECT sku, node FROM chosen)  -- Note [Locks]
    ORDER BY position.sku, position.node FOR UPDATE OF position
), freed AS (
    UPDATE stock_reservation reservation SET state = %(to)s, expires_at = NULL, changed_at = statement_timestamp()
    FROM chosen, (SELECT count(*) FROM locked) AS first
    WHERE reservation.id = chosen.id AND reservation.state IN ('held', 'open', 'allocated')
      AND (%(to)s <> 'expired' OR reservation.state = 'held')
    RETURNING reservation.sku, reservation.node, reservation.units - reservation.consumed AS units,
              old.state AS state_before
), summed AS (
    SELECT sku, node, coalesce(sum(units) FILTER (WHERE state_before <> 'allocated'), 0)::bigint AS reserved,
           coalesce(sum(units) FILTER (WHERE state_before = 'allocated'), 0)::bigint AS allocated
    FROM freed GROUP BY sku, node
), given_back AS (
    UPDATE stock_stockposition position
    SET reserved = position.reserved - summed.reserved, allocated = position.allocated - summed.allocated,
        updated_at = now(),
        shortage = SHORTAGE(position.on_hand; position.quarantine + position.damaged + position.display;
                            position.reserved - summed.reserved + position.allocated - summed.allocated;
                            position.backorder_limit)END
    FROM summed WHERE position.sku = summed.sku AND position.node = summed.node
    RETURNING 1
)
SELECT coalesce(sum(units), 0)::bigint, coalesce(array_agg(DISTINCT sku), '{}'::text[]), count(*)
FROM freed, (SELECT count(*) FROM given_back) AS forced
"""
_GIVE_BACK = worked_out(_GIVE_BACK)
RELEASE = _GIVE_BACK.replace(
    "<WHICH>",
    """SELECT id, sku, node FROM stock_reservation
       WHERE order_number = %(order_number)s AND state IN ('held', 'open', 'allocated') ORDER BY id FOR UPDATE""",
)
# Whoever is confirming right now has its rows locked: those are passed over.
EXPIRE = _GIVE_BACK.replace(
    "<WHICH>",
    """SELECT id, sku, node FROM stock_reservation WHERE state = 'held' AND expires_at <= statement_timestamp()
       ORDER BY expires_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED""",
)
TRANSFER = _GIVE_BACK.replace("<WHICH>", "SELECT id, sku, node FROM stock_reservation WHERE id = %(id)s FOR UPDATE")

_ALLOCATE = """
WITH mine AS MATERIALIZED (
    SELECT id, sku, node FROM stock_reservation
    WHERE order_number = %(order_number)s AND state = '<FROM>' AND (%(node)s = '' OR node = %(node)s)
    ORDER BY id FOR UPDATE
), locked AS MATERIALIZED (
    SELECT position.id FROM stock_stockposition position
    WHERE (position.sku, position.node) IN (SELECT sku, node FROM mine)
    ORDER BY position.sku, position.node FOR UPDATE OF position
), allocated AS (
    UPDATE stock_reservation reservation SET state = '<TO>' FROM mine, (SELECT count(*) FROM locked) AS first
    WHERE reservation.id = mine.id AND state = '<FROM>'
    RETURNING reservation.sku, reservation.node, units - consumed AS units
), summed AS (
    SELECT sku, node, sum(units)::bigint AS units FROM allocated GROUP BY sku, node
), moved AS (
    UPDATE stock_stockposition position
    SET reserved = position.reserved - <SIGN>summed.units, allocated = position.allocated + <SIGN>summed.units,
        updated_at = now()
    FROM summed WHERE position.sku = summed.sku AND position.node = summed.node RETURNING 1
)
SELECT coalesce(sum(units), 0)::bigint FROM allocated, (SELECT count(*) FROM moved) AS forced
"""
ALLOCATE = _ALLOCATE.replace("<FROM>", "open").replace("<TO>", "allocated").replace("<SIGN>", "")
RECALL = _ALLOCATE.replace("<FROM>", "allocated").replace("<TO>", "open").replace("<SIGN>", "-1 * ")

# The database's clock decides, once for all rows of the hold; the rows are the referee between this and EXPIRE.
CONFIRM = """
WITH mine AS MATERIALIZED (
    SELECT id FROM stock_reservation WHERE hold = %(hold)s ORDER BY id FOR UPDATE
)
UPDATE stock_reservation reservation SET state = 'open', order_number = %(order_number)s, expires_at = NULL
FROM mine WHERE reservation.id = mine.id AND reservation.state = 'held' AND expires_at > statement_timestamp()
"""

SHORT = worked_out(f"""
SELECT summed.sku, summed.node, summed.units, greatest(coalesce({FREE}, 0), 0)
FROM (SELECT sku, node, sum(units)::bigint AS units
      FROM unnest(%(sku)s::text[], %(node)s::text[], %(units)s::bigint[]) AS wanted (sku, node, units)
      GROUP BY sku, node) AS summed
LEFT JOIN stock_stockposition position USING (sku, node)
WHERE coalesce({FREE}, 0) < summed.units
ORDER BY 1, 2
""")  # noqa: S608 - our own words

# Many baskets in one transaction (baskets.py): who may hold, what is free, then all that is promised.
ONE_BY_ONE = """
SELECT pg_advisory_xact_lock(hashtextextended('stock.holder:' || holder, 0))
FROM (SELECT unnest(%(holder)s::text[]) AS holder ORDER BY 1) AS mine
"""
HELD = """
SELECT holder, sum(units)::bigint FROM stock_reservation
WHERE holder = ANY(%(holder)s::text[]) AND state = 'held' GROUP BY holder
"""
LOCK_FREE = worked_out(f"""
WITH wanted AS (SELECT * FROM unnest(%(sku)s::text[], %(node)s::text[]) AS wanted (sku, node)), locked AS (
    SELECT position.sku, position.node, {FREE} AS free FROM stock_stockposition position JOIN wanted USING (sku, node)
    ORDER BY position.sku, position.node FOR UPDATE OF position
)
SELECT 'free', sku, node, free FROM locked
UNION ALL
SELECT DISTINCT 'known', order_number, '', 0::bigint FROM stock_reservation
WHERE order_number = ANY(%(order_number)s::text[])
""")  # noqa: S608 - our own words
TAKE = """
WITH summed AS (
    SELECT * FROM unnest(%(sum_sku)s::text[], %(sum_node)s::text[], %(sum_units)s::bigint[])
        AS summed (sku, node, units)
), taken AS (
    UPDATE stock_stockposition position SET reserved = position.reserved + summed.units, updated_at = now()
    FROM summed WHERE position.sku = summed.sku AND position.node = summed.node
)
INSERT INTO stock_reservation (order_number, line_id, sku, node, units, consumed, hold, holder, state, expires_at)
SELECT order_number, line_id, sku, node, units, 0, hold, holder,
       CASE WHEN hold = '' THEN 'open' ELSE 'held' END,
       CASE WHEN hold = '' THEN NULL ELSE clock_timestamp() + hold_s * interval '1 second' END
FROM unnest(%(order_number)s::text[], %(line_id)s::text[], %(sku)s::text[], %(node)s::text[], %(units)s::bigint[],
            %(hold)s::text[], %(holder)s::text[], %(hold_s)s::int[])
    AS given (order_number, line_id, sku, node, units, hold, holder, hold_s)
"""
# A line that is promised anew from a node that was to send some of it before goes on with that promise.
TAKE_ANEW = f"""{TAKE}
ON CONFLICT (order_number, line_id, sku, node) DO UPDATE
SET units = EXCLUDED.units + CASE WHEN stock_reservation.state = 'open' THEN stock_reservation.units
                                  ELSE stock_reservation.consumed END, state = 'open'
"""

# Many baskets of one line each, in one round trip: units add up in the order of arrival, and who is within what is free
# has it. Those that are not may still fit behind one that was too large: they are asked again, one after the other.
TAKE_LINES = worked_out(f"""
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(order_number)s::text[], %(line_id)s::text[], %(sku)s::text[], %(node)s::text[],
                         %(units)s::bigint[]) WITH ORDINALITY AS asked (order_number, line_id, sku, node, units, place)
), fresh AS (
    SELECT asked.*, sum(units) OVER (PARTITION BY sku, node ORDER BY place) AS up_to FROM asked
    WHERE order_number NOT IN (SELECT known.order_number FROM stock_reservation known
                               WHERE known.order_number = ANY(%(order_number)s::text[]))
), locked AS MATERIALIZED (
    SELECT found.* FROM (SELECT DISTINCT sku, node FROM asked ORDER BY sku, node) AS place
    CROSS JOIN LATERAL (SELECT position.id, position.sku, position.node, {FREE} AS free
                        FROM stock_stockposition position
                        WHERE position.sku = place.sku AND position.node = place.node FOR UPDATE) AS found
), won AS MATERIALIZED (
    SELECT fresh.*, locked.id FROM fresh JOIN locked USING (sku, node) WHERE up_to <= free
), taken AS (
    UPDATE stock_stockposition position SET reserved = position.reserved + summed.units, updated_at = now()
    FROM (SELECT id, sum(units)::bigint AS units FROM won GROUP BY id) AS summed
    WHERE position.id = summed.id AND position.id = ANY(ARRAY(SELECT id FROM won))
), noted AS (
    INSERT INTO stock_reservation (order_number, line_id, sku, node, units, consumed, state)
    SELECT order_number, line_id, sku, node, units, 0, 'open' FROM won
), {outbox.ADD_TOO.replace("<IF>", "EXISTS (SELECT FROM won)")}
SELECT place FROM won
""")  # noqa: S608 - our own words
