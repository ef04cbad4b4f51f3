"""Move on how far the stream of facts may be read. The relay calls it after each of its rounds, and so does a reader.

Note [Horizon]: an id is given when a fact is written and seen when its transaction commits, so 7 may be seen before 6,
and who has read up to 7 would never see 6. Still ids are the right order: facts of one thing are written under a lock
on it, so their ids rise with their sequence; the numbers of transactions do not. So a reader stops at the settled id:
  1. read the highest id given so far; it is the candidate;
  2. then look who is writing to the table of facts: a writer takes its lock before an id, and lets it go when what it
     wrote can be seen, so whoever holds an id up to the candidate that cannot be seen yet is among them;
  3. once all of these are over, the candidate is settled, whatever others have begun since.
A writer that stays open holds the stream back, and loses nothing; other transactions do not matter, nor do those of
other databases. Several relays may do this at once: of two that move the row on, one does.
"""

from django.db import connection

from experience_apis.analytics.models import Horizon

_GIVEN = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_fact_id_seq"
# What this transaction has written itself is seen together with the row that settles it.
_WRITERS = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'outbox_fact'::regclass AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND pid IS DISTINCT FROM pg_backend_pid()
"""


def advance(*, delivered: int = 0) -> None:
    """Settle what can be settled by now. Costs two reads when nothing new was written."""
    known = Horizon.objects.first() or Horizon.objects.get_or_create(id=1)[0]
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN)
        given = int(cursor.fetchone()[0])
        if known.settled_id >= given:
            return
        cursor.execute(_WRITERS)
        writers = sorted(row[0] for row in cursor.fetchall())
    unmoved = Horizon.objects.filter(settled_id=known.settled_id, candidate_id=known.candidate_id)
    if not writers:
        unmoved.update(settled_id=given, candidate_id=given, waits_for=[])
    elif not set(writers) & set(known.waits_for):
        unmoved.update(settled_id=known.candidate_id, candidate_id=given, waits_for=writers)


def settled() -> int:
    """The id up to which every fact is there that ever will be."""
    return Horizon.objects.values_list("settled_id", flat=True).first() or 0
