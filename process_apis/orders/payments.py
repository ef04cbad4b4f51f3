"""How far the money of each tender is. Each function is one conditional write, so that a repeat changes nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, Value, When

from canonical.payment import Authorization
from process_apis.catalog.tender_models import CaptureAt, SettledBy, TenderKind
from process_apis.orders.models import HoldReason, Order, ParcelTender, Payment, PaymentMovement, PaymentState

AT_CHANNEL = "channel"  # the kind whose account clears what a channel takes, whatever the customer paid it with
_WE_TAKE = (SettledBy.PROVIDER, SettledBy.STORED_VALUE)


def describe(order: Order, kinds: Mapping[str, TenderKind], *, when_goods_leave: bool = False) -> None:
    """Keep with each tender who settles it, how and in which order: what finance sets later must not change it.

    `kinds` by code, with AT_CHANNEL among them where a channel has taken or holds the money. `when_goods_leave`:
    nothing is taken before, whatever finance says of the kind.
    """
    for payment in order.payments.all():
        kind = kinds[AT_CHANNEL if payment.settled_by == SettledBy.CHANNEL else payment.kind]
        Payment.objects.filter(id=payment.id).update(
            settled_by=kind.settled_by,
            role=kind.role,
            draw_order=kind.draw_order,
            capture_at=kind.capture_at if kind.settled_by in _WE_TAKE and not when_goods_leave else CaptureAt.SHIPMENT,
            due_days=kind.due_days,
        )


def authorized(payment: Payment, held: Authorization | None) -> None:
    """The money of a tender is held; by a provider under a reference, or promised by whoever collects it."""
    Payment.objects.filter(id=payment.id, state=PaymentState.PROMISED).update(
        state=PaymentState.AUTHORIZED,
        authorization=held.reference if held else "",
        expires_at=held.expires_at if held else None,
    )


def renewed(payment: Payment, held: Authorization) -> None:
    """What is still to be taken is held anew, for longer; the order goes on if it waited for that."""
    Payment.objects.filter(id=payment.id).exclude(authorization=held.reference).update(
        authorization=held.reference,
        expires_at=held.expires_at,
        renewals=F("renewals") + 1,
        state=Case(
            When(captured_minor=0, then=Value(PaymentState.AUTHORIZED)), default=Value(PaymentState.PART_CAPTURED)
        ),
    )
    Order.objects.filter(id=payment.order_id, on_hold=HoldReason.PAYMENT).update(on_hold="")


def prepaid(payment: Payment) -> None:
    """The channel has taken the money already; we note it as captured, once."""
    captured(payment, minor=payment.amount_minor, reference=AT_CHANNEL, key=f"prepaid:{payment.id}")


def captured(payment: Payment, *, minor: int, reference: str, key: str) -> None:
    """A share of the tender was taken."""
    if _told(payment, key=key, kind="capture", minor=minor, reference=reference):
        taken = F("captured_minor") + minor
        all_of_it = Q(amount_minor__lte=F("captured_minor") + F("voided_minor") + minor)
        _advance(payment, all_of_it, PaymentState.CAPTURED, PaymentState.PART_CAPTURED, captured_minor=taken)


def refunded(payment: Payment, *, minor: int, reference: str, key: str) -> None:
    """Money of the tender was given back."""
    if _told(payment, key=key, kind="refund", minor=minor, reference=reference):
        given = F("refunded_minor") + minor
        all_of_it = Q(captured_minor__lte=F("refunded_minor") + minor)
        _advance(payment, all_of_it, PaymentState.REFUNDED, PaymentState.PART_REFUNDED, refunded_minor=given)


def given_back_by_channel(payment: Payment) -> None:
    """The channel gives the customer what it has taken, or lets go what it holds."""
    minor = payment.captured_minor - payment.refunded_minor
    if minor:
        refunded(payment, minor=minor, reference=AT_CHANNEL, key=f"refund:channel:{payment.id}")
    else:
        voided(payment)


def voided(payment: Payment) -> None:
    """What was held and not taken is let go."""
    Payment.objects.filter(id=payment.id, amount_minor__gt=F("captured_minor") + F("voided_minor")).update(
        voided_minor=F("amount_minor") - F("captured_minor"),
        state=Case(
            When(captured_minor=0, then=Value(PaymentState.VOIDED)),
            When(state=PaymentState.PART_CAPTURED, then=Value(PaymentState.CAPTURED)),
            default=F("state"),
        ),
    )


def owed(tender: ParcelTender, *, due_on: date) -> None:
    """The customer pays this part of a parcel later, by that day."""
    ParcelTender.objects.filter(id=tender.id).update(due_on=due_on)


def hold_order(payment: Payment) -> None:
    """The order waits for its payment."""
    Order.objects.filter(id=payment.order_id, on_hold="").update(on_hold=HoldReason.PAYMENT)


def _told(payment: Payment, *, key: str, kind: str, minor: int, reference: str) -> bool:
    """Write a movement of money, once for its key. False if it stands already."""
    fields: dict[str, Any] = {
        "payment": payment, "kind": kind, "amount_minor": minor, "currency": payment.order.currency,
        "provider_reference": reference,
    }  # fmt: skip
    _, new = PaymentMovement.objects.get_or_create(key=key, defaults=fields)
    return new


def _advance(payment: Payment, all_of_it: Q, whole: PaymentState, part: PaymentState, **amounts: Any) -> None:
    """Add to a tender's money; one the channel took beforehand stays marked as that."""
    state = Case(
        When(state=PaymentState.PREPAID, then=F("state")), When(all_of_it, then=Value(whole)), default=Value(part)
    )
    Payment.objects.filter(id=payment.id).update(state=state, **amounts)
