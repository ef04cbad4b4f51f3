"""Pay one part of a refund: ask whoever has the money, then write it into the tender, the return and our ledger.

Each call carries a key that follows from the refund, so that asking again gives the money back once.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from canonical.money import Money
from process_apis.catalog.tender_models import SettledBy
from process_apis.engine.process import NeedsPerson
from process_apis.ledger import services as ledger
from process_apis.orders import queries as orders
from process_apis.orders import returning
from process_apis.orders.models import Payment
from process_apis.return_to_refund import elsewhere, sold
from process_apis.return_to_refund.booking import booking_day
from process_apis.return_to_refund.entries import refund_legs
from process_apis.returns import money, services
from process_apis.returns.models import Refund, RefundState, RefundWay, Return, ReturnKind
from process_apis.stored_value import numbers
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueAccount, ValueKind, ValueReason
from system_apis.payments.gateway import payments
from system_apis.terms import CallKey

_ROLES: Mapping[str, str] = {
    RefundWay.GIFT_CARD: "GC", RefundWay.STORE_CREDIT: "SC", RefundWay.TRANSFER: "BANK", RefundWay.CASH: "TILL",
    RefundWay.EXCHANGE: "DEP",
}  # fmt: skip
_NOT_OURS = (SettledBy.CHANNEL, SettledBy.TERMS)  # who has the money, or has not paid it yet
_VALUE: Mapping[str, str] = {
    RefundWay.GIFT_CARD: ValueKind.GIFT_CARD,
    RefundWay.STORE_CREDIT: ValueKind.STORE_CREDIT,
}


def pay(refund: Refund, *, key: CallKey, now: datetime) -> None:
    """Give the money of one refund back. Raises SystemFault, of which Refused means that this way is closed."""
    payment = tender_of(refund)
    reference, account = _ask(refund, payment, key=key)
    record(refund, payment, reference=reference, account=account, now=now)


def _ask(refund: Refund, payment: Payment | None, *, key: CallKey) -> tuple[str, str]:
    """Who gave it back under which reference, and to which account of stored value."""
    amount = Money(minor=refund.amount_minor, currency=refund.currency)
    if payment and _in_our_book(refund, payment):
        account = str(numbers.account_of(payment.reference))
        stored_value.give_back(account_id=account, minor=refund.amount_minor, key=f"return:{refund.key}",
                               of=refund.parent.number)  # fmt: skip
        return "stored_value", account
    if refund.way in _VALUE:
        account = _load(refund)
        return "stored_value", account
    if refund.way == RefundWay.ORIGINAL and payment:
        return payments().refund(refund.taken_reference, amount, key=key.part(refund.key)).reference, ""
    if refund.way == RefundWay.TRANSFER and not refund.approved_by:
        raise NeedsPerson(
            f"{amount} by bank transfer needs somebody's approval",
            proposal="approve the refund another way on the return, then resume the run",
            kind="business",
        )
    return refund.way, ""


def _in_our_book(refund: Refund, payment: Payment) -> bool:
    """Does it go back to the very card or account that it was paid with?"""
    same = refund.way == RefundWay.ORIGINAL or payment.kind == _VALUE.get(refund.way, "")
    return same and payment.settled_by == SettledBy.STORED_VALUE and not refund.account


def _load(refund: Refund) -> str:
    """To the account that was named, the customer's own, or a new one whose number is the return's."""
    named = ValueAccount.objects.filter(id=refund.account).first() if refund.account else None
    reference = refund.parent.customer_reference
    standing = ValueAccount.objects.filter(
        kind=_VALUE[refund.way], customer_reference=reference, currency=refund.currency, active=True
    ).exclude(customer_reference="").order_by("opened_at").first()  # fmt: skip
    account = named or standing or stored_value.open_account(
        kind=_VALUE[refund.way], number=refund.parent.number, currency=refund.currency, customer_reference=reference
    )  # fmt: skip
    stored_value.load(
        account, minor=refund.amount_minor, key=f"return:{refund.key}", reason=ValueReason.GIVEN_BACK,
        of=refund.parent.number,
    )  # fmt: skip
    return str(account.id)


@transaction.atomic
def record(refund: Refund, payment: Payment | None, *, reference: str, now: datetime, account: str = "") -> None:
    """The money is back: note it with the tender and the return, and book it. Twice is once."""
    if not money.done(refund, reference=reference, account=account, now=now):
        return
    if payment and refund.way != RefundWay.CLAIM:
        returning.paid_back(payment, minor=refund.amount_minor, reference=reference, key=f"refund:return:{refund.key}")
    entry = ledger.entry_of(
        reference=entry_reference(refund),
        purpose="refund",
        source_event=f"refund:{refund.key}",
        booked_on=booking_day(),
        legs=refund_legs(role=role_of(refund, payment), amount=refund.amount_minor),
        currency=refund.currency,
        memo=f"Return {refund.parent.number}, {refund.way}",
    )
    ledger.book(entry, order_number=refund.order_number)


@transaction.atomic
def failed(refund: Refund, *, why: str) -> None:
    """This way is closed (an expired card). What we owe stays owed; the tender's money is not set aside any more."""
    if money.failed(refund, why=why):
        payment = tender_of(refund)
        if payment and refund.way != RefundWay.CLAIM:
            returning.unclaim(payment, minor=refund.amount_minor)


@transaction.atomic
def came_back(refund: Refund, *, why: str) -> None:
    """The provider says afterwards that the money could not be given: it is with us again, and still owed."""
    payment = tender_of(refund)
    was_done = Refund.objects.filter(id=refund.id, state=RefundState.DONE).exists()
    if not was_done or not money.failed(refund, why=why):
        return
    if payment:
        returning.bounced(payment, minor=refund.amount_minor, reference=refund.provider_reference,
                          key=f"bounce:return:{refund.key}")  # fmt: skip
    legs = [(role, -minor) for role, minor in refund_legs(role=role_of(refund, payment), amount=refund.amount_minor)]
    entry = ledger.entry_of(
        reference=f"{entry_reference(refund)}-B",
        purpose="refund_failed",
        source_event=f"refund:{refund.key}",
        booked_on=booking_day(),
        legs=legs,
        currency=refund.currency,
        memo=f"Return {refund.parent.number}: {why}"[:200],
    )
    ledger.book(entry, order_number=refund.order_number)


@transaction.atomic
def otherwise(refund: Refund, *, way: RefundWay, by: str, account: str = "") -> Refund:
    """Pay what failed another way, approved by `by`. Raises WrongState, SecondPersonNeeded and NothingLeftToRefund.

    Money that leaves us for an account we have never seen is no one person's to send, from the policy's limits on.
    """
    limit = sold.policy(refund.parent.channel).approval_above_minor
    total = elsewhere.too_much(refund.parent, minor=refund.amount_minor) if way in elsewhere.LEAVES else 0
    if way in elsewhere.LEAVES and (total or refund.amount_minor > limit) and by in ("", refund.parent.requested_by):
        raise services.SecondPersonNeeded(
            f"{by or 'nobody'} asked for return {refund.parent.number}; somebody else sends more than {limit} smallest "
            f"units {way.label}, or more in a month than the policy says"
        )
    if total:
        elsewhere.report(refund.parent, total=total)
    made = money.replace(refund, way=way, by=by, of=_of_tenders(refund), account=account)
    for each in made:
        if payment := tender_of(each):
            returning.claim(payment, minor=each.amount_minor)
    return made[0]


def _of_tenders(refund: Refund) -> list[tuple[int | None, int]]:
    """Whose money it is paid of: its own tender's or, where later refunds have had that, others' of the order."""
    own = tender_of(refund)
    if own is None:
        return [(refund.payment, refund.amount_minor)]
    found: list[tuple[int | None, int]] = []
    left = refund.amount_minor
    others = own.order.payments.exclude(id=own.id).exclude(settled_by__in=_NOT_OURS).order_by("position")
    for payment in (own, *others):
        if minor := min(left, payment.left_minor):
            found.append((payment.position, minor))
            left -= minor
    return [(own.position, refund.amount_minor)] if left else found  # which is refused, saying what is left


def by_channel(parent: Return) -> bool:
    """Has the channel given the money back before it told us?"""
    return parent.kind == ReturnKind.CHANNEL_REFUND


def tender_of(refund: Refund) -> Payment | None:
    """The tender that a refund is of, with its order."""
    if refund.payment is None or not refund.order_number:
        return None
    return orders.payment(refund.order_number, position=refund.payment)


def role_of(refund: Refund, payment: Payment | None) -> str:
    """The account that the money of a refund comes from."""
    if refund.way in _ROLES:
        return _ROLES[refund.way]
    return payment.role if payment else "PSP"


def entry_reference(refund: Refund) -> str:
    """What the journal entry of a refund is called."""
    return f"REF-{refund.key.replace(':', '-')}"
