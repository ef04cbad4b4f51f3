"""What goods do: the statements that change what is on hand, each of which may be sent twice.

Note [Inside a count]: a count or snapshot says what lay there once every movement up to its watermark had happened. A
movement that has a number of the same source is inside by that number, any other by its time. One that is inside and
comes late is written down, and so is its counterpart, so that movements still add up to the position and every order
of arrival ends in the same figures.
"""

import re


def worked_out(sql: str) -> str:
    """Write out the two formulas of a position: SELLABLE(p) and SHORTAGE(on_hand; kept back; promised; limit)."""
    sql = re.sub(r"SELLABLE\((\w+)\)", r"greatest(\1.on_hand - \1.quarantine - \1.damaged - \1.display, 0)", sql)
    return re.sub(
        r"SHORTAGE\(([^;]+);([^;]+);([^;]+);([^;]+?)\)END",
        r"greatest(\3 - greatest(\1 - (\2), 0) - \4, 0)",
        sql,
    )


OPEN_POSITIONS = """
INSERT INTO stock_stockposition (sku, node)
SELECT DISTINCT sku, node FROM unnest(%(sku)s::text[], %(node)s::text[]) AS given (sku, node)
WHERE NOT EXISTS (SELECT FROM stock_stockposition known WHERE known.sku = given.sku AND known.node = given.node)
ORDER BY sku, node ON CONFLICT DO NOTHING
"""

GIVEN = """
SELECT * FROM unnest(%(key)s::text[], %(sku)s::text[], %(node)s::text[], %(state)s::text[], %(units)s::bigint[],
                     %(reason)s::text[], %(source)s::text[], %(sequence)s::bigint[], %(occurred_at)s::timestamptz[])
    AS given (key, sku, node, state, units, reason, source, sequence, occurred_at)
"""

_INSIDE = """
position.counted_at IS NOT NULL AND CASE
    WHEN moved.source = position.counted_source AND moved.sequence IS NOT NULL
    THEN moved.sequence <= position.counted_watermark ELSE moved.occurred_at <= position.counted_at END
"""

# `given` is either GIVEN or a table that was copied into.
_MOVE = """
WITH given AS MATERIALIZED (<GIVEN>), locked AS MATERIALIZED (
    SELECT position.* FROM stock_stockposition position
    WHERE (position.sku, position.node) IN (SELECT sku, node FROM given)
    ORDER BY position.sku, position.node FOR UPDATE OF position
), written AS (
    INSERT INTO stock_stockmovement (key, sku, node, state, units, reason, source, sequence, occurred_at,
                                     correlation_id)
    SELECT DISTINCT ON (key) key, sku, node, state, units, reason, source, sequence, occurred_at, %(correlation_id)s
    FROM given, (SELECT count(*) FROM locked) AS first ORDER BY key
    ON CONFLICT (key) DO NOTHING
    RETURNING key, sku, node, state, units, source, sequence, occurred_at
), inside AS (
    SELECT moved.* FROM written moved JOIN locked position USING (sku, node)
    WHERE moved.state = 'on_hand' AND <INSIDE>
), countered AS (
    INSERT INTO stock_stockmovement (key, sku, node, state, units, reason, source, sequence, occurred_at,
                                     correlation_id)
    SELECT 'inside:' || key, sku, node, 'on_hand', -units, 'count', source, sequence, occurred_at, %(correlation_id)s
    FROM inside RETURNING 1
), summed AS (
    SELECT sku, node,
           coalesce(sum(units) FILTER (WHERE state = 'on_hand'), 0)::bigint
               - coalesce((SELECT sum(units) FROM inside WHERE inside.sku = written.sku AND inside.node = written.node),
                          0)::bigint AS on_hand,
           coalesce(sum(units) FILTER (WHERE state = 'quarantine'), 0)::bigint AS quarantine,
           coalesce(sum(units) FILTER (WHERE state = 'damaged'), 0)::bigint AS damaged,
           coalesce(sum(units) FILTER (WHERE state = 'display'), 0)::bigint AS display
    FROM written GROUP BY sku, node
), applied AS (
    UPDATE stock_stockposition position
    SET on_hand = position.on_hand + summed.on_hand, quarantine = position.quarantine + summed.quarantine,
        damaged = position.damaged + summed.damaged, display = position.display + summed.display, updated_at = now(),
        shortage = SHORTAGE(position.on_hand + summed.on_hand; position.quarantine + summed.quarantine
                            + position.damaged + summed.damaged + position.display + summed.display;
                            position.reserved + position.allocated; position.backorder_limit)END
    FROM summed JOIN locked USING (sku, node)
    WHERE position.id = locked.id
    RETURNING position.sku, position.node, position.on_hand, position.shortage, locked.on_hand AS on_hand_before,
              locked.shortage AS shortage_before
), worse AS (
    SELECT sku, node, on_hand, shortage FROM applied
    WHERE shortage > shortage_before OR (on_hand < 0 AND on_hand_before >= 0)
)
SELECT (SELECT count(*) FROM written), (SELECT count(DISTINCT key) FROM given),
       (SELECT coalesce(array_agg(DISTINCT sku ORDER BY sku), '{}'::text[]) FROM written),
       (SELECT coalesce(jsonb_agg(to_jsonb(worse)), '[]') FROM worse)
"""
_MOVE = worked_out(_MOVE.replace("<INSIDE>", _INSIDE))
MOVE = _MOVE.replace("<GIVEN>", GIVEN)
MOVE_COPIED = _MOVE.replace("<GIVEN>", "SELECT * FROM stock_copied")

_DIFFERS = """
WITH given AS (<GIVEN>)
SELECT given.key, given.units, known.units FROM given JOIN stock_stockmovement known USING (key)
WHERE (known.sku, known.node, known.state, known.units, known.reason, known.source, known.sequence)
      IS DISTINCT FROM (given.sku, given.node, given.state, given.units, given.reason, given.source, given.sequence)
LIMIT 200
"""
DIFFERS = _DIFFERS.replace("<GIVEN>", GIVEN)
DIFFERS_COPIED = _DIFFERS.replace("<GIVEN>", "SELECT * FROM stock_copied")

DISPATCH = """
WITH left_us AS (
    SELECT * FROM unnest(%(line_id)s::text[], %(sku)s::text[], %(units)s::bigint[]) AS left_us (line_id, sku, units)
), mine AS MATERIALIZED (
    SELECT id FROM stock_reservation
    WHERE order_number = %(order_number)s AND node = %(node)s AND line_id IN (SELECT line_id FROM left_us)
    ORDER BY id FOR UPDATE  -- Note [Locks] in promises.py
), locked AS MATERIALIZED (
    SELECT * FROM stock_stockposition position
    WHERE position.node = %(node)s AND position.sku IN (SELECT sku FROM left_us)
      AND (SELECT count(*) FROM mine) >= 0
    ORDER BY position.sku, position.node FOR UPDATE OF position
), consumed AS (
    UPDATE stock_reservation reservation
    SET consumed = reservation.consumed + left_us.units, changed_at = statement_timestamp(),
        state = CASE WHEN reservation.consumed + left_us.units = reservation.units THEN 'consumed'
                     ELSE reservation.state END
    FROM left_us, (SELECT count(*) FROM locked) AS first
    WHERE reservation.order_number = %(order_number)s AND reservation.node = %(node)s
      AND reservation.line_id = left_us.line_id AND reservation.sku = left_us.sku
      AND reservation.state IN ('open', 'allocated')
      AND reservation.consumed + left_us.units <= reservation.units
    RETURNING reservation.line_id, left_us.sku, left_us.units, old.state AS state_before
), moved AS (
    SELECT 'parcel:' || %(parcel)s || ':' || line_id || ':' || sku AS key, sku, -units AS units, 'parcel' AS source,
           NULL::bigint AS sequence, %(at)s::timestamptz AS occurred_at, state_before FROM consumed
), inside AS (
    SELECT moved.* FROM moved JOIN locked position USING (sku) WHERE <INSIDE>
), written AS (
    INSERT INTO stock_stockmovement (key, sku, node, units, reason, source, occurred_at, correlation_id)
    SELECT key, sku, %(node)s, units, 'sale', source, occurred_at, %(correlation_id)s FROM moved
    UNION ALL
    SELECT 'inside:' || key, sku, %(node)s, -units, 'count', source, occurred_at, %(correlation_id)s FROM inside
    RETURNING 1
), summed AS (
    SELECT sku, sum(units)::bigint - coalesce((SELECT sum(units) FROM inside WHERE inside.sku = moved.sku), 0)::bigint
                AS on_hand,
           coalesce(-sum(units) FILTER (WHERE state_before = 'open'), 0)::bigint AS reserved,
           coalesce(-sum(units) FILTER (WHERE state_before = 'allocated'), 0)::bigint AS allocated
    FROM moved GROUP BY sku
), taken AS (
    UPDATE stock_stockposition position
    SET on_hand = position.on_hand + summed.on_hand, reserved = position.reserved - summed.reserved,
        allocated = position.allocated - summed.allocated, updated_at = now(),
        shortage = SHORTAGE(position.on_hand + summed.on_hand;
                            position.quarantine + position.damaged + position.display;
                            position.reserved - summed.reserved + position.allocated - summed.allocated;
                            position.backorder_limit)END
    FROM summed WHERE position.sku = summed.sku AND position.node = %(node)s
    RETURNING 1
)
SELECT count(*) FROM consumed, (SELECT count(*) FROM taken) AS forced, (SELECT count(*) FROM written) AS noted
"""
DISPATCH = worked_out(DISPATCH.replace("<INSIDE>", _INSIDE))

# A count: what the book holds that the count has inside, the position being locked by LOCK before.
LOCK = """
SELECT sku, node, counted_source, counted_watermark, counted_at FROM stock_stockposition
WHERE (sku, node) IN (SELECT * FROM unnest(%(sku)s::text[], %(node)s::text[])) ORDER BY sku, node FOR UPDATE
"""
COUNTED_INSIDE = """
SELECT sku, node, coalesce(sum(units), 0)::bigint FROM stock_stockmovement moved
WHERE (sku, node) IN (SELECT * FROM unnest(%(sku)s::text[], %(node)s::text[])) AND state = 'on_hand'
  AND CASE WHEN source = %(source)s AND sequence IS NOT NULL THEN sequence <= %(watermark)s
           ELSE occurred_at <= %(taken_at)s END
GROUP BY sku, node
"""
ANCHOR = """
UPDATE stock_stockposition SET counted_source = %(source)s, counted_watermark = %(watermark)s, counted_at = %(taken_at)s
WHERE (sku, node) IN (SELECT * FROM unnest(%(sku)s::text[], %(node)s::text[]))
"""
