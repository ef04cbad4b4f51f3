"""Tickets in the pretend tills' words: cents, epoch seconds, camelCase."""

from datetime import UTC, datetime

from pydantic import Field

from canonical.money import Money
from system_apis.errors import ContractBroken
from system_apis.pos.port import Ticket, TicketPage
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, meaning, read


class _Ticket(Shape):
    shop: str
    till: str
    ticketNo: str  # noqa: N815 - the vendor's word
    at: int
    totalCents: int  # noqa: N815
    cur: str


class _Page(Shape):
    tickets: list[_Ticket]
    cursor: str = Field(min_length=1)


def read_page(answer: Answer, *, store: str) -> TicketPage:
    """One page. Raises ContractBroken, also for a ticket of another store."""
    page = read(_Page, answer)
    if strange := {ticket.shop for ticket in page.tickets} - {store}:
        told = f"shop: we asked for {store}, there are tickets of {', '.join(sorted(strange))}"
        raise ContractBroken(told, evidence=answer.evidence)
    with meaning("a ticket", evidence=answer.evidence):
        return TicketPage(tickets=tuple(_ticket(ticket) for ticket in page.tickets), next_cursor=page.cursor)


def _ticket(ticket: _Ticket) -> Ticket:
    return Ticket(
        store=ticket.shop,
        till=ticket.till,
        number=ticket.ticketNo,
        rung_at=datetime.fromtimestamp(ticket.at, tz=UTC),
        total=Money(minor=ticket.totalCents, currency=ticket.cur),
    )
