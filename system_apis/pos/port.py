"""What we ask of any till system: the tickets it has rung up, from a cursor on."""

from typing import Protocol

from canonical.money import Money
from canonical.value import Instant, Value
from system_apis.terms import VendorTerms


class Ticket(Value):
    """One receipt as the till keeps it; (store, till, number) is its natural key."""

    store: str
    till: str
    number: str
    rung_at: Instant
    total: Money


class TicketPage(Value):
    tickets: tuple[Ticket, ...]
    next_cursor: str


class PosPort(Protocol):
    terms: VendorTerms

    def tickets_since(self, cursor: str, *, store: str) -> TicketPage: ...
