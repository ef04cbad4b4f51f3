"""Tickets that could not be booked: what they say has happened all the same, so somebody at the desk sees to them."""

import json
from dataclasses import asdict
from datetime import datetime

from process_apis.cases import queries
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.return_to_refund.tickets import Ticket
from retail_platform.kernel.problem import DomainError

_HOW = (
    "Ask the store for the paper ticket. Send the ticket again as it should be, which closes this; or book a return at "
    "the desk and an order for what was taken along, and close it by hand."
)


def keep(ticket: Ticket, refused: DomainError) -> None:
    """A case with the whole ticket and the rule it breaks: one for each ticket, however often it is sent."""
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"refused-{ticket.key}",
        subject=ticket.sale,
        title=f"Ticket {ticket.till}/{ticket.number} of {ticket.store}, {ticket.business_date}, is not booked",
        detail=f"{refused.title}: {refused.detail}\n{json.dumps(asdict(ticket), default=str, indent=1)}",
        proposal=_HOW,
    )


def settle(ticket: Ticket, *, by: str, now: datetime) -> None:
    """It is booked now: nobody has to see to it any more."""
    standing = queries.open_by_fingerprint(f"refused-{ticket.key}")
    if standing is not None:
        cases.resolve(case_id=standing.id, by=by, resolution="The ticket came again and was booked.", now=now)
