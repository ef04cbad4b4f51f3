"""A chargeback that is lost has paid what we still owed the customer for returns; only what is beyond is a loss."""

from datetime import datetime

from process_apis.orders import queries as orders
from process_apis.orders import returning
from process_apis.return_to_refund import decisions, sold
from process_apis.returns import disputes, services
from process_apis.returns.models import Dispute, Refund, RefundState, RefundWay, Return


def settle_lost(dispute: Dispute, *, now: datetime) -> int:
    """Mark as paid what the chargeback has paid. Returns how much of it we owed."""
    left, owed = dispute.amount_minor, 0
    covered = []
    for refund in disputes.owed(dispute):
        if refund.amount_minor <= left - owed:
            covered.append(refund)
            owed += refund.amount_minor
    disputes.settled_by_bank(covered, dispute=dispute, now=now)
    for parent in disputes.held(dispute):
        owed += _settle(parent, dispute, most=left - owed, now=now)
    return owed


def _settle(parent: Return, dispute: Dispute, *, most: int, now: datetime) -> int:
    """A return that waited with its credit memo: the chargeback pays it, and tenders pay what that leaves over."""
    paid = min(parent.total_minor, most)
    if paid <= 0:
        return 0
    _part(parent, 1, payment=dispute.payment, way=RefundWay.ORIGINAL, minor=paid, state=RefundState.REPLACED,
          provider_reference=dispute.reference, failure=f"the bank has taken it back: {dispute.reference}",
          done_at=now)  # fmt: skip
    services.note(parent, "refund.settled_by_dispute", minor=paid, dispute=dispute.reference)
    if paid < parent.total_minor:
        order = orders.locked(parent.order_number)
        payments = {payment.position: payment for payment in order.payments.all()}
        for number, way in enumerate(decisions.ways(parent.total_minor - paid, paid=sold.paid(order)), start=2):
            if way.payment is not None and way.way != RefundWay.CLAIM:
                returning.claim(payments[way.payment], minor=way.amount_minor)
            _part(parent, number, payment=way.payment, way=RefundWay(way.way), minor=way.amount_minor,
                  taken_reference=way.taken_reference)  # fmt: skip
    return paid


def _part(parent: Return, number: int, *, minor: int, **fields: object) -> None:
    Refund.objects.create(
        key=f"{parent.number}:{number}",
        parent=parent,
        memo=parent.memos.first(),
        order_number=parent.order_number,
        amount_minor=minor,
        currency=parent.currency,
        **fields,
    )
