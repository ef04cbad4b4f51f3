"""A till's ticket with goods that came back and goods that were sold, rung up while nobody could be asked.

It has happened, so the rules of returns are not asked again, only what no rule can change: that the goods were sold and
are not back yet, and that the amounts are those of the sale. The goods change hands in our books as they did in the
store: what came back lies there, what was sold is gone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction

from canonical.money import Money
from process_apis.orders import queries as orders
from process_apis.orders import receipts
from process_apis.return_to_refund import exchanges, inspecting, receiving, swaps
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.exchanges import Difference, Wanted
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns import queries
from process_apis.returns.models import RefundWay, Return
from retail_platform.kernel.problem import DomainError, Unprocessable


class TicketRefused(Unprocessable):
    """The ticket does not add up, or is no exchange; `errors` says where. Correct it at the till and send it again."""

    kind, title = "ticket-refused", "This ticket cannot be booked"


class TicketDiffers(DomainError):
    """There is a ticket of this number, with other lines or another payment. Ask the store which of both is right."""

    status, kind, title = 409, "ticket-differs", "This ticket is known, with other content"


@dataclass(frozen=True, slots=True)
class TicketLine:
    """Units that were sold, or below zero came back: then of which line of which sale. Price of one, tax and all."""

    sku: str
    quantity: int
    unit_price: Money
    line_id: str = ""
    condition: str = "new"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket by its natural key. `net_minor` is what the customer paid on top, below zero what they were paid."""

    store: str
    till: str
    number: str
    business_date: date
    sale: str
    lines: Sequence[TicketLine]
    net: Money
    paid_with: str = ""

    @property
    def key(self) -> str:
        return f"ticket:{self.store}:{self.till}:{self.business_date}:{self.number}"[:200]

    @property
    def content(self) -> str:
        """The same for the same ticket, however often it is sent."""
        sale, _, _ = self.sale.partition("*")  # a receipt's check character may be typed or left out
        return sha256(repr((sale, tuple(self.lines), self.net, self.paid_with)).encode()).hexdigest()


@transaction.atomic
def take(ticket: Ticket, *, staff: str, now: datetime, channel: str = "", channels: Collection[str] = ()) -> Return:
    """Book a ticket, once for its key.

    Raises TicketRefused, TicketDiffers, ReceiptCheckFailed, and what opening an exchange raises.
    """
    sale = receipts.number_of(ticket.sale, pointer="/sale")
    note = f"Ticket {ticket.till}/{ticket.number} of {ticket.business_date}, {ticket.content}"
    if standing := queries.by_key(ticket.key):
        if standing.note != note:
            raise TicketDiffers(f"ticket {ticket.number} of {ticket.store} is return {standing.number} already")
        return standing
    back = [line for line in ticket.lines if line.quantity < 0]
    sold = [line for line in ticket.lines if line.quantity > 0]
    _adds_up(ticket, back, sold, currency=orders.visible(sale, channels=channels).currency)
    parent = exchanges.open_exchange(
        number=sale,
        key=ticket.key,
        lines=[Asked(line.line_id, -line.quantity, line.condition) for line in back],
        wanted=[Wanted(line.sku, line.quantity, line.unit_price.minor) for line in sold],
        channel=channel,
        channels=channels,
        node=ticket.store,
        difference=Difference(ticket.paid_with, ticket.number, taken=True) if ticket.net.minor > 0 else None,
        paid_out=RefundWay.CASH if ticket.net.minor < 0 else "",
        handed_over=True,
        requested_by=staff,
        reason="exchanged at a till",
        note=note,
        waive_policy=True,
        now=now,
    )
    _worth_the_same(parent, back)
    receipt = receiving.receive(
        key=f"store:{parent.number}", node=ticket.store, by=staff, return_number=parent.number, now=now,
        lines=[Came(line.sku, -line.quantity, line.line_id, line.condition) for line in back],
    )  # fmt: skip
    for row in receipt.lines.all():
        inspecting.inspect(row.id, disposition=swaps.disposition_of(row.condition), by=staff, now=now)
    parent.refresh_from_db()
    return parent


def _adds_up(ticket: Ticket, back: list[TicketLine], sold: list[TicketLine], *, currency: str) -> None:
    errors = []
    if not back or not sold:
        errors.append({"pointer": "/lines", "detail": "an exchange has a line that came back and one that was sold"})
    net = sum(line.quantity * line.unit_price.minor for line in ticket.lines)
    if net != ticket.net.minor:
        told = Money(minor=net, currency=ticket.net.currency)
        errors.append({"pointer": "/net", "detail": f"the lines come to {told}"})
    if ticket.net.minor > 0 and not ticket.paid_with:
        errors.append({"pointer": "/paid_with", "detail": "say what the difference was paid with"})
    if {ticket.net.currency, *(line.unit_price.currency for line in ticket.lines)} != {currency}:
        errors.append({"pointer": "/net/currency", "detail": "the sale was in another currency; ring both up apart"})
    if errors:
        raise TicketRefused("; ".join(each["detail"] for each in errors)[:500], errors=errors)


def _worth_the_same(parent: Return, back: list[TicketLine]) -> None:
    given = -sum(line.quantity * line.unit_price.minor for line in back)
    if given != parent.total_minor:
        paid = Money(minor=parent.total_minor, currency=parent.currency)
        raise TicketRefused(
            f"what came back was sold for {paid}, and the till gave {Money(minor=given, currency=parent.currency)}",
            errors=[{"pointer": "/lines", "detail": f"it is worth {paid}"}],
        )
