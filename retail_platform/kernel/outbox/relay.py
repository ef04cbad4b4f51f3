"""Carry facts up: claim pending rows, call their listeners, mark them delivered, all in one transaction.

Claiming by state and SKIP LOCKED lets several relays run; the highest id seen would lose rows, since ids commit out of
order. A listener only writes rows (a run, a read model), so a fact is taken in exactly once, however often we die.

Note [A round at once]: what costs as much for a hundred facts as for one, such as a read model behind a lock, listens
to whole rounds (settings.FACTS_TOGETHER). If that fails, the round is undone and each fact is told alone, so that one
bad fact holds back no others and none is taken in twice.
"""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from importlib import import_module

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models.functions import Now

from retail_platform.kernel import correlation
from retail_platform.kernel.outbox.models import Fact, FactState

log = structlog.get_logger(__name__)
Listener = Callable[[Fact], None]
Together = Callable[[Sequence[Fact]], None]
Failed = list[tuple[Fact, Exception]]
GIVE_UP_AFTER = 12

_CLAIM = """
SELECT fact.* FROM outbox_fact fact
WHERE fact.state = 'pending' AND fact.due_at <= now()
  AND NOT EXISTS (SELECT 1 FROM outbox_fact earlier
                  WHERE earlier.aggregate = fact.aggregate AND earlier.sequence < fact.sequence
                    AND earlier.state = 'pending')
ORDER BY fact.id LIMIT %s FOR UPDATE SKIP LOCKED
"""
# In the order of the index of pending facts, so that no statistics, however old, lead through all facts there are.
_DUE = "SELECT 1 FROM outbox_fact WHERE state = 'pending' AND due_at <= now() ORDER BY id LIMIT 1"


@cache
def listeners_of(name: str) -> tuple[Listener, ...]:
    """The functions that settings.FACT_LISTENERS names for one fact, and those for every fact."""
    paths = [*settings.FACT_LISTENERS.get("*", []), *settings.FACT_LISTENERS.get(name, [])]
    return tuple(_load(path) for path in paths)


@cache
def listeners_together() -> tuple[Together, ...]:
    """The functions that settings.FACTS_TOGETHER names."""
    return tuple(_load(path) for path in settings.FACTS_TOGETHER)


def is_due() -> bool:
    """Whether some fact could be delivered now: one small question for an idle relay, which asks all the time."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE)
        return cursor.fetchone() is not None


def deliver(*, limit: int = 100) -> int:
    """Deliver up to `limit` facts that are due. Returns how many were looked at."""
    with transaction.atomic():
        facts = list(Fact.objects.raw(_CLAIM, [limit]))
        if not facts:
            return 0
        failed = _told_together(facts)
        if failed is None:
            failed = _told_alone(facts)
        for fact, error in failed:
            _put_back(fact, error)
        told = {fact.id for fact in facts} - {fact.id for fact, _ in failed}
        Fact.objects.filter(id__in=told).update(state=FactState.DELIVERED, delivered_at=Now(), error="")
    return len(facts)


def tell_followers(delivered: int) -> None:
    """Call what settings.RELAY_ALSO names, after the commit. Database errors come through; the rest is only logged."""
    for path in settings.RELAY_ALSO:
        try:
            _load(path)(delivered=delivered)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            log.exception("a follower of the facts failed", follower=path)


def _told_together(facts: list[Fact]) -> Failed | None:
    """Note [A round at once]. Returns what failed, or None with all undone when the round itself did."""
    try:
        with transaction.atomic():
            failed = [(fact, error) for fact in facts if (error := _tell(fact))]
            left = {id(fact) for fact, _ in failed}
            taken = [fact for fact in facts if id(fact) not in left]
            for listener in listeners_together() if taken else ():
                listener(taken)
    except Exception:
        log.exception("a round of facts was not taken in together; each is told alone", facts=len(facts))
        return None
    return failed


def _told_alone(facts: list[Fact]) -> Failed:
    return [(fact, error) for fact in facts if (error := _tell(fact, alone=True))]


def _tell(fact: Fact, *, alone: bool = False) -> Exception | None:
    """Call the listeners of one fact; a failing one holds back this fact and its aggregate's later ones, no others."""
    with correlation.use(fact.correlation_id):
        try:
            with transaction.atomic():
                for listener in listeners_of(fact.name):
                    listener(fact)
                for together in listeners_together() if alone else ():
                    together([fact])
        except Exception as error:
            return error
    return None


def _put_back(fact: Fact, error: Exception) -> None:
    fact.attempts += 1
    fact.error = f"{type(error).__name__}: {error}"[:2000]
    fact.due_at = Now() + timedelta(seconds=random.uniform(0.2, min(60, 0.5 * 2**fact.attempts)))  # noqa: S311
    if fact.attempts >= GIVE_UP_AFTER:
        fact.state = FactState.STUCK
        _load(settings.FACT_STUCK_LISTENER)(fact)
    log.error("fact not delivered", fact=str(fact), attempts=fact.attempts, exc_info=error)
    fact.save(update_fields=["attempts", "error", "due_at", "state"])


def _load(path: str) -> Callable[..., None]:
    module, _, name = path.partition(":")
    function: Callable[..., None] = getattr(import_module(module), name)
    return function
