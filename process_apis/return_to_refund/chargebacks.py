"""A chargeback that is lost has paid what we still owed the customer for returns; only what is beyond is a loss."""

from datetime import datetime

from django.db import transaction

from process_apis.orders import queries as orders
from process_apis.orders import returning
from process_apis.return_to_refund import sold
from process_apis.return_to_refund.booking import book
from process_apis.return_to_refund.decisions import tenders
from process_apis.return_to_refund.paying import entry_reference
from process_apis.returns import disputes, services
from process_apis.returns.models import Dispute, Refund, RefundState, RefundWay, Return


def settle_lost(dispute: Dispute, *, blocked_minor: int, now: datetime) -> int:
    """Mark as paid what the chargeback has paid. Returns how much of it we owed.

    `blocked_minor` is what of the tender it has blocked: what was set aside for these refunds is the bank's now too.
    """
    left, owed = dispute.amount_minor, 0
    covered = []
    for refund in disputes.owed(dispute):
        if refund.amount_minor <= left - owed:
            covered.append(refund)
            owed += refund.amount_minor
    disputes.settled_by_bank(covered, dispute=dispute, now=now)
    if covered:
        payment = orders.payment(dispute.order_number, position=dispute.payment)
        returning.unclaim(payment, minor=owed)
        returning.disputed(payment, minor=dispute.amount_minor - blocked_minor)
    for parent in disputes.held(dispute):
        owed += _settle(parent, dispute, most=left - owed, now=now)
    return owed


def _settle(parent: Return, dispute: Dispute, *, most: int, now: datetime) -> int:
    """A return that waited with its credit memo: the chargeback pays it, and tenders pay what that leaves over."""
    paid = min(parent.total_minor, most)
    if paid <= 0:
        return 0
    _by_bank(parent, 1, dispute, minor=paid, now=now)
    if paid < parent.total_minor:
        order = orders.locked(parent.order_number)
        payments = {payment.position: payment for payment in order.payments.all()}
        for number, way in enumerate(tenders.ways(parent.total_minor - paid, paid=sold.paid(order)), start=2):
            if way.payment is not None and way.way != RefundWay.CLAIM:
                returning.claim(payments[way.payment], minor=way.amount_minor)
            _part(parent, number, payment=way.payment, way=RefundWay(way.way), minor=way.amount_minor,
                  taken_reference=way.taken_reference)  # fmt: skip
    return paid


@transaction.atomic
def cover(parent: Return, *, short_minor: int, now: datetime) -> bool:
    """What the tenders cannot give back any more, the customer has got by chargebacks that we lost: they have paid it.

    What was a loss is none, now that the goods are back. False, and nothing done, where they do not come to so much.
    """
    unused = disputes.unused(parent.order_number)
    if sum(minor for _, minor in unused) < short_minor:
        return False
    for number, (dispute, minor) in enumerate(unused, start=1):
        paid = min(minor, short_minor)
        if paid > 0:
            refund = _by_bank(parent, 100 + number, dispute, minor=paid, now=now)
            book(
                reference=entry_reference(refund),
                purpose="refund",
                source_event=f"refund:{refund.key}",
                legs=[("RFL", paid), ("CBL", -paid)],
                currency=refund.currency,
                order_number=refund.order_number,
                memo=f"Return {parent.number}, paid by chargeback {dispute.reference}",
            )
            short_minor -= paid
    return True


def _by_bank(parent: Return, number: int, dispute: Dispute, *, minor: int, now: datetime) -> Refund:
    services.note(parent, "refund.settled_by_dispute", minor=minor, dispute=dispute.reference)
    return _part(parent, number, payment=dispute.payment, way=RefundWay.ORIGINAL, minor=minor,
                 state=RefundState.REPLACED, provider_reference=dispute.reference,
                 failure=f"the bank has taken it back: {dispute.reference}", done_at=now)  # fmt: skip


def _part(parent: Return, number: int, *, minor: int, **fields: object) -> Refund:
    return Refund.objects.create(
        key=f"{parent.number}:{number}",
        parent=parent,
        memo=parent.memos.first(),
        order_number=parent.order_number,
        amount_minor=minor,
        currency=parent.currency,
        **fields,
    )
