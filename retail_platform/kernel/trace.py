"""One thing that happened on the way of an order or a request, told the same way by whoever keeps it.

The books are asked by the journeys themselves; what follows from facts elsewhere (a mail, a webhook to a partner) adds
a teller in AppConfig.ready, since a lower layer does not know it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One thing that happened on the way. `vendor_refs` are the names other systems gave to what we caused there."""

    at: datetime
    kind: str
    name: str
    subject: str
    state: str = ""
    vendor_refs: dict[str, str] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    correlation_id: str = ""


Teller = Callable[[Collection[UUID]], Iterable[TraceEvent]]
_tellers: dict[str, Teller] = {}


def teller(kind: str, tell: Teller) -> None:
    """Add what tells, by the event ids of facts, what came of them: teller("notice", of_facts)."""
    _tellers[kind] = tell


def followed(event_ids: Collection[UUID]) -> list[list[TraceEvent]]:
    """What came of these facts beyond the books, kind by kind."""
    return [list(tell(event_ids)) for tell in _tellers.values()] if event_ids else []
