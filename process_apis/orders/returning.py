"""What of an order may still come back, and what of its money may still go back.

Each function is one conditional update: of a till and a service desk that want the same unit, one gets it. CHECKs on
the rows say the same: returned ≤ shipped, and refunded + being refunded + disputed ≤ captured.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Least

from process_apis.orders.models import Order, OrderLine, Payment, PaymentMovement, PaymentState
from retail_platform.kernel.problem import DomainError


class NothingLeftToReturn(DomainError):
    """More of a line was to come back than has left and is not back yet, nor on its way back."""

    status, kind, title = 409, "nothing-left-to-return", "Less of this can still come back"


class NothingLeftToRefund(DomainError):
    """More was to be given back to a tender than was taken with it and is neither given back nor disputed."""

    status, kind, title = 409, "nothing-left-to-refund", "Less of this tender can still be given back"


@transaction.atomic
def take_back(order: Order, units: Mapping[str, int]) -> None:
    """Claim units by line_id for a return: all of them or none. Raises NothingLeftToReturn naming what is left."""
    for line_id, count in sorted(units.items()):
        line = OrderLine.objects.filter(order=order, line_id=line_id)
        if line.filter(shipped__gte=F("returned") + count).update(returned=F("returned") + count) != 1:
            raise _nothing_left(order, units)


def let_keep(order: Order, units: Mapping[str, int]) -> None:
    """Units that a return had claimed do not come back after all."""
    for line_id, count in sorted(units.items()):
        if count:
            OrderLine.objects.filter(order=order, line_id=line_id).update(returned=F("returned") - count)


def claim(payment: Payment, *, minor: int) -> None:
    """Set money of a tender aside for a refund that is about to be sent. Raises NothingLeftToRefund."""
    taken = F("refunded_minor") + F("refunding_minor") + F("disputed_minor") + minor
    claimed = Payment.objects.filter(id=payment.id, captured_minor__gte=taken).update(
        refunding_minor=F("refunding_minor") + minor
    )
    if not claimed:
        left = Payment.objects.get(id=payment.id).left_minor
        raise NothingLeftToRefund(f"{minor} were to go back to {payment.kind}, {left} smallest units of it are left")


def unclaim(payment: Payment, *, minor: int) -> None:
    """The refund is not sent, or was sent in vain."""
    Payment.objects.filter(id=payment.id).update(refunding_minor=F("refunding_minor") - minor)


@transaction.atomic
def paid_back(payment: Payment, *, minor: int, reference: str, key: str) -> None:
    """Money that was set aside has been given back; once for its key."""
    _, new = PaymentMovement.objects.get_or_create(
        key=key[:120],
        defaults={
            "payment": payment, "kind": "refund", "amount_minor": minor, "currency": payment.order.currency,
            "provider_reference": reference,
        },
    )  # fmt: skip
    if new:
        Payment.objects.filter(id=payment.id).update(
            refunding_minor=F("refunding_minor") - minor, refunded_minor=F("refunded_minor") + minor
        )
        _restate(payment)


@transaction.atomic
def bounced(payment: Payment, *, minor: int, reference: str, key: str) -> None:
    """Money that was given back has come back to us, because nobody could take it; once for its key."""
    _, new = PaymentMovement.objects.get_or_create(
        key=key[:120],
        defaults={
            "payment": payment, "kind": "bounce", "amount_minor": minor, "currency": payment.order.currency,
            "provider_reference": reference,
        },
    )  # fmt: skip
    if new:
        Payment.objects.filter(id=payment.id).update(refunded_minor=F("refunded_minor") - minor)
        _restate(payment)


@transaction.atomic
def disputed(payment: Payment, *, minor: int) -> int:
    """The customer's bank has taken money of a tender back. Returns how much of it we had not given back ourselves."""
    locked = Payment.objects.select_for_update(no_key=True).get(id=payment.id)
    blocked = min(minor, locked.left_minor)
    if blocked:
        Payment.objects.filter(id=payment.id).update(disputed_minor=F("disputed_minor") + blocked)
    return blocked


def undisputed(payment: Payment, *, minor: int) -> None:
    """The bank has given it back to us."""
    Payment.objects.filter(id=payment.id).update(disputed_minor=F("disputed_minor") - Least(minor, F("disputed_minor")))


def _restate(payment: Payment) -> None:
    Payment.objects.filter(id=payment.id).exclude(state=PaymentState.PREPAID).update(
        state=Case(
            When(Q(refunded_minor__gt=0) & Q(refunded_minor=F("captured_minor")), then=Value(PaymentState.REFUNDED)),
            When(refunded_minor__gt=0, then=Value(PaymentState.PART_REFUNDED)),
            When(amount_minor__lte=F("captured_minor") + F("voided_minor"), then=Value(PaymentState.CAPTURED)),
            default=Value(PaymentState.PART_CAPTURED),
        )
    )


def _nothing_left(order: Order, units: Mapping[str, int]) -> NothingLeftToReturn:
    lines = {line.line_id: line for line in OrderLine.objects.filter(order=order, line_id__in=units)}
    told = [
        {
            "pointer": "/lines",
            "detail": f"Line {name}: {line.shipped} have left, {line.returned} are back or on their way back, "
            f"so {line.shipped - line.returned} can still come back; {units[name]} were asked.",
        }
        for name, line in lines.items()
        if line.shipped - line.returned < units[name]
    ]
    return NothingLeftToReturn(
        f"Less of order {order.number} can still come back than you ask for; ask for what is left of each line.",
        errors=told,
    )
