"""Write facts, in the transaction of what they tell of."""

import json
import uuid
from typing import Any

from django.db import connection

from retail_platform.kernel import correlation

_ADD = """
WITH numbered AS (
    INSERT INTO outbox_aggregate AS known (name, sequence) VALUES (%(aggregate)s, 1)
    ON CONFLICT (name) DO UPDATE SET sequence = known.sequence + 1
    RETURNING sequence
)
INSERT INTO outbox_fact (event_id, name, aggregate, sequence, data, correlation_id, state, attempts, error)
SELECT %(event_id)s, %(name)s, %(aggregate)s, numbered.sequence, %(data)s, %(correlation_id)s, 'pending', 0, ''
FROM numbered
"""

# For statements that do all their work at once: append it to their WITH, and say in <IF> when the fact is to be told.
ADD_TOO = """
numbered AS (
    INSERT INTO outbox_aggregate AS known (name, sequence) SELECT %(aggregate)s, 1 WHERE <IF>
    ON CONFLICT (name) DO UPDATE SET sequence = known.sequence + 1
    RETURNING sequence
), told AS (
    INSERT INTO outbox_fact (event_id, name, aggregate, sequence, data, correlation_id, state, attempts, error)
    SELECT %(event_id)s, %(name)s, %(aggregate)s, numbered.sequence, %(data)s, %(correlation_id)s, 'pending', 0, ''
    FROM numbered
)"""


def add(*, name: str, aggregate: str, data: dict[str, Any]) -> None:
    """Record that `name` happened to `aggregate` ("order:W-1001"). It is told if and only if the caller commits.

    The row of the aggregate stays locked until then, so facts about one thing are told in the order they happened.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values(name=name, aggregate=aggregate, data=data))


def values(*, name: str, aggregate: str, data: dict[str, Any]) -> dict[str, Any]:
    """What ADD_TOO needs among the parameters of its statement."""
    return {
        "aggregate": aggregate,
        "event_id": uuid.uuid4(),
        "name": name,
        "data": json.dumps(data),
        "correlation_id": correlation.current(),
    }
