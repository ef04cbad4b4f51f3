"""Ask whoever settles a tender: hold its money, take it, let it go, give it back. Each once for its key or its name.

Channels and carriers are asked for nothing: a channel takes what it holds when it is told of the parcel, a carrier
collects at the door, and both owe it to us from the parcel on. Who pays on invoice owes it himself.
"""

from datetime import datetime

from django.utils import timezone

from canonical.money import Money
from canonical.payment import Authorization, PaymentRequest
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog.tender_models import SettledBy
from process_apis.engine.process import Rejected
from process_apis.orders.models import Payment
from process_apis.stored_value import numbers
from process_apis.stored_value import services as stored_value
from system_apis.payments.gateway import payments
from system_apis.terms import CallKey


def hold(payment: Payment, *, key: CallKey, now: datetime) -> Authorization | None:
    """Hold the whole tender; None where nobody has to be asked. Raises Refused and Rejected."""
    if payment.settled_by == SettledBy.PROVIDER:
        return payments().authorize(request(payment, minor=payment.amount_minor), key=key)
    if payment.settled_by == SettledBy.STORED_VALUE:
        try:
            stored_value.hold(
                account_id=numbers.account_of(payment.reference),
                minor=payment.amount_minor,
                currency=payment.order.currency,
                key=name_of(payment),
                day=timezone.localdate(now),
            )
        except stored_value.NotEnoughValue as spent:  # since the order was placed
            raise Rejected(f"{payment.kind}: {spent}") from spent
    return None


def take(payment: Payment, *, minor: int, part: str, key: CallKey) -> str:
    """Take a part of what is held, under the name of that part. Returns the reference of whoever took it."""
    if payment.settled_by == SettledBy.PROVIDER:
        amount = Money(minor=minor, currency=payment.order.currency)
        return payments().capture(payment.authorization, amount, key=key).reference
    if payment.settled_by == SettledBy.STORED_VALUE:
        stored_value.take(hold=name_of(payment), minor=minor, key=f"{name_of(payment)}/{part}")
    return str(payment.settled_by)


def let_go(payment: Payment, *, authorization: str, key: CallKey) -> None:
    """Let go what is held and not taken."""
    if payment.settled_by == SettledBy.PROVIDER and authorization:
        payments().void(authorization, key=key)
    if payment.settled_by == SettledBy.STORED_VALUE:
        stored_value.let_go(hold=name_of(payment))


def give_back(payment: Payment, *, taken: str, minor: int, part: str, key: CallKey) -> str:
    """Give back money that was taken under the reference `taken`. Returns the reference of the refund."""
    if payment.settled_by == SettledBy.PROVIDER:
        return payments().refund(taken, Money(minor=minor, currency=payment.order.currency), key=key).reference
    if payment.settled_by == SettledBy.STORED_VALUE:
        stored_value.give_back(
            account_id=numbers.account_of(payment.reference),
            minor=minor,
            key=f"{name_of(payment)}/{part}",
            of=payment.order.number,
        )
    if payment.settled_by == SettledBy.TILL:
        _ask_till(payment, minor=minor, part=part)
    return str(payment.settled_by)


def _ask_till(payment: Payment, *, minor: int, part: str) -> None:
    """Only the till can hand money back; the books say that it owes the customer."""
    amount = Money(minor=minor, currency=payment.order.currency)
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"till:{payment.order.number}:{payment.position}:{part}",
        subject=payment.order.number,
        title=f"{payment.order.sold_at} is to give {amount} of order {payment.order.number} back to the customer",
        detail=f"Paid there with {payment.kind}, receipt {payment.reference or 'unknown'}.",
        proposal="Have the store pay it out at a till against the receipt; then close this case.",
    )


def request(payment: Payment, *, minor: int) -> PaymentRequest:
    """What a provider is asked to hold."""
    amount = Money(minor=minor, currency=payment.order.currency)
    return PaymentRequest(order_number=payment.order.number, token=payment.reference, amount=amount)


def name_of(payment: Payment) -> str:
    """What a tender is called in our own book of stored value."""
    return f"order:{payment.order.number}/{payment.position}"
