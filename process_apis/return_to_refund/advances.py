"""Money given back in advance for goods that never came: who bears it, and what the books say then.

The sale stands after all: what the credit memo took back of revenue and tax is earned and owed again, for the units
that are missing. Either the customer pays for them (BANK), or it is a loss (CBL).
"""

from dataclasses import dataclass
from datetime import datetime

from process_apis.cases import services as cases
from process_apis.cases.models import Case, CaseKind, CaseState
from process_apis.return_to_refund.booking import book
from process_apis.return_to_refund.decisions.amounts import share
from process_apis.returns import queries, services
from process_apis.returns.models import CreditMemo, Return, ReturnEvent, ReturnKind

DECIDED = "return.advance_decided"
CHARGED, LOST = "charged", "lost"
_ROLES = {CHARGED: "BANK", LOST: "CBL"}


@dataclass(frozen=True, slots=True)
class Missing:
    """What has not come of a line, and what it was credited with."""

    line_id: str
    sku: str
    units: int
    net_minor: int
    tax_minor: int
    fee_minor: int


def missing(parent: Return) -> list[Missing]:
    """What was paid for in advance and is not here, or is not what was sold."""
    came, found = queries.accepted(parent), []
    for line in parent.lines.all():
        here = min(line.units, came.get(line.line_id, 0))
        if here < line.units:
            net, tax, fee = (
                share(minor, of=line.units, before=here, now=line.units - here)
                for minor in (line.net_minor, line.tax_minor, line.fee_minor)
            )
            found.append(Missing(line.line_id, line.sku, line.units - here, net, tax, fee))
    return found


def overdue(parent: Return) -> bool:
    """Does somebody have to say what becomes of the money?"""
    asked = parent.events.filter(name="return.advance_overdue").exists()
    return parent.kind == ReturnKind.ADVANCE and asked and decision(parent) == ""


def ask(parent: Return, lacking: list[Missing]) -> None:
    """The goods should have been here by now. Asked once."""
    if parent.events.filter(name="return.advance_overdue").exists():
        return
    what = ", ".join(f"{each.units} x {each.sku}" for each in lacking)
    services.note(parent, "return.advance_overdue", missing={each.line_id: each.units for each in lacking})
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=_case_of(parent),
        subject=parent.number,
        title=f"{what} of return {parent.number} never came, and the money was given back in advance",
        detail=f"Order {parent.order_number}; the goods were to be here by {parent.expires_at:%Y-%m-%d}.",
        proposal="Claim it from the customer. On the return, say that they have paid, or book it as a loss.",
    )


def decide(parent: Return, *, outcome: str, by: str, why: str, now: datetime) -> None:
    """The customer has paid for what never came, or nobody will. Raises WrongState where nothing is to be decided."""
    if outcome not in _ROLES or not overdue(parent):
        raise services.WrongState(
            f"return {parent.number} waits for no such decision; only goods of an advance refund that are overdue do"
        )
    services.note(parent, DECIDED, by=by, outcome=outcome, why=why)
    for case in Case.objects.filter(fingerprint=_case_of(parent), state=CaseState.OPEN):
        cases.resolve(case_id=case.id, by=by, resolution=f"{outcome}. {why}", now=now)


def _case_of(parent: Return) -> str:
    return f"return:{parent.number}:advance"


def decision(parent: Return) -> str:
    """What was decided; "" while nothing is."""
    event = ReturnEvent.objects.filter(parent=parent, name=DECIDED).first()
    return str(event.detail["outcome"]) if event else ""


def book_kept(parent: Return, memo: CreditMemo, lacking: list[Missing], *, outcome: str) -> str:
    """Book what the customer keeps as sold. Returns the entry's reference, or ""."""
    net, tax = sum(each.net_minor for each in lacking), sum(each.tax_minor for each in lacking)
    fee = sum(each.fee_minor for each in lacking)
    return book(
        reference=f"ADV-{parent.number}",
        purpose="advance_kept",
        source_event=f"return:{parent.number}",
        legs=[(_ROLES[outcome], net + tax - fee), ("OTHER", fee), ("RET", -net), ("TAX", -tax)],
        currency=memo.currency,
        order_number=parent.order_number,
        memo=f"Never came back: {', '.join(f'{each.units} x {each.sku}' for each in lacking)}"[:200],
    )
