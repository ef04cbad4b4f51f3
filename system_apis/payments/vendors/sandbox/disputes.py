"""Chargebacks and bounced refunds of the pretend provider, in Stripe's manner: the object is in the event's `data`."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from canonical.dispute import DisputeReport, DisputeStanding, RefundFailure
from canonical.money import Money
from system_apis.errors import ContractBroken
from system_apis.terms import VendorRef
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, meaning, read, read_raw

STANDINGS = {
    "needs_response": DisputeStanding.OPEN,
    "under_review": DisputeStanding.OPEN,
    "won": DisputeStanding.WON,
    "lost": DisputeStanding.LOST,
}


class _Dispute(Shape):
    id: str = Field(min_length=1)
    object: Literal["dispute"]
    charge: str = Field(min_length=1)
    amount: int = Field(ge=1)
    fee: int = Field(ge=0)
    currency: str
    reason: str = ""
    status: Literal["needs_response", "under_review", "won", "lost"]
    evidence_due_by: int | None = None


class _Refund(Shape):
    id: str = Field(min_length=1)
    object: Literal["refund"]
    status: Literal["failed"]
    amount: int = Field(ge=1)
    currency: str
    failure_reason: str = ""


class _AboutDispute(Shape):
    object: _Dispute


class _DisputeEvent(Shape):
    type: Literal["charge.dispute.created", "charge.dispute.closed"]
    created: int
    data: _AboutDispute


class _AboutRefund(Shape):
    object: _Refund


class _RefundEvent(Shape):
    type: Literal["refund.failed"]
    data: _AboutRefund


def read_dispute(raw: bytes) -> DisputeReport:
    """The chargeback of a webhook. Raises ContractBroken with the field that is wrong."""
    event = read_raw(_DisputeEvent, raw)
    said = event.data.object
    with meaning(f"dispute {said.id[:64]}"):
        return DisputeReport(
            reference=said.id,
            capture=said.charge,
            amount=Money(minor=said.amount, currency=said.currency),
            fee=Money(minor=said.fee, currency=said.currency),
            standing=STANDINGS[said.status],
            reason=said.reason,
            answer_by=datetime.fromtimestamp(said.evidence_due_by, tz=UTC) if said.evidence_due_by else None,
            at=datetime.fromtimestamp(event.created, tz=UTC),
        )


def read_failure(raw: bytes) -> RefundFailure:
    """The bounced refund of a webhook. Raises ContractBroken with the field that is wrong."""
    said = read_raw(_RefundEvent, raw).data.object
    with meaning(f"refund {said.id[:64]}"):
        amount = Money(minor=said.amount, currency=said.currency)
        return RefundFailure(refund=said.id, amount=amount, reason=said.failure_reason)


def read_evidence(answer: Answer, *, dispute: str) -> VendorRef:
    """Raises ContractBroken unless the evidence was taken for the dispute we meant."""
    said = read(_Dispute, answer)
    if said.id != dispute or said.status != "under_review":
        told = f"status: we sent evidence for {dispute}, it says {said.id} is {said.status}"
        raise ContractBroken(told, evidence=answer.evidence)
    return VendorRef(said.id)
