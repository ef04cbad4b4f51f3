"""Carry facts up: claim pending rows, call their listeners, mark them delivered, all in one transaction.

Claiming by state and SKIP LOCKED lets several relays run; the highest id seen would lose rows, since ids commit out of
order. A listener only writes rows (a run, a read model), so a fact is taken in exactly once, however often we die.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib import import_module

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models.functions import Now

from retail_platform.kernel import correlation
from retail_platform.kernel.outbox.models import Fact, FactState

log = structlog.get_logger(__name__)
Listener = Callable[[Fact], None]
GIVE_UP_AFTER = 12

_CLAIM = """
SELECT fact.* FROM outbox_fact fact
WHERE fact.state = 'pending' AND fact.due_at <= now()
  AND NOT EXISTS (SELECT 1 FROM outbox_fact earlier
                  WHERE earlier.aggregate = fact.aggregate AND earlier.sequence < fact.sequence
                    AND earlier.state = 'pending')
ORDER BY fact.id LIMIT %s FOR UPDATE SKIP LOCKED
"""


@cache
def listeners_of(name: str) -> tuple[Listener, ...]:
    """The functions that settings.FACT_LISTENERS names for one fact, and those for every fact."""
    paths = [*settings.FACT_LISTENERS.get("*", []), *settings.FACT_LISTENERS.get(name, [])]
    return tuple(_load(path) for path in paths)


def deliver(*, limit: int = 100) -> int:
    """Deliver up to `limit` facts that are due. Returns how many were looked at."""
    with transaction.atomic():
        facts = list(Fact.objects.raw(_CLAIM, [limit]))
        if not facts:
            return 0
        told = [fact.id for fact in facts if _tell(fact)]
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


def _tell(fact: Fact) -> bool:
    """Call the listeners of one fact; a failing one holds back this fact and its aggregate's later ones, no others."""
    with correlation.use(fact.correlation_id):
        try:
            with transaction.atomic():
                for listener in listeners_of(fact.name):
                    listener(fact)
        except Exception as error:
            _put_back(fact, error)
            return False
    return True


def _put_back(fact: Fact, error: Exception) -> None:
    fact.attempts += 1
    fact.error = f"{type(error).__name__}: {error}"[:2000]
    fact.due_at = Now() + timedelta(seconds=random.uniform(0.2, min(60, 0.5 * 2**fact.attempts)))  # noqa: S311
    if fact.attempts >= GIVE_UP_AFTER:
        fact.state = FactState.STUCK
        _load(settings.FACT_STUCK_LISTENER)(fact)
    log.exception("fact not delivered", fact=str(fact), attempts=fact.attempts)
    fact.save(update_fields=["attempts", "error", "due_at", "state"])


def _load(path: str) -> Callable[..., None]:
    module, _, name = path.partition(":")
    function: Callable[..., None] = getattr(import_module(module), name)
    return function
