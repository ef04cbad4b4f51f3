"""Watch money that is held for orders still to be sent: before a hold lapses it is to be renewed.

The sweeper calls `tell` on each of its rounds; a row says when it is due, and each authorization is told of once.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from process_apis.catalog.tender_models import SettledBy
from process_apis.orders.models import OrderState, ParcelState, ParcelTender, Payment, PaymentState
from retail_platform.kernel import clock
from retail_platform.kernel.outbox import services as outbox

_HOLDS = (PaymentState.AUTHORIZED, PaymentState.PART_CAPTURED)
_OPEN = (OrderState.RESERVED, OrderState.RELEASED, OrderState.PART_SHIPPED)
AT_MOST = 100


def tell() -> int:
    """Tell of each hold that lapses soon, and mark those that have lapsed. Returns how many were told of."""
    now = clock.now()
    holds = Payment.objects.filter(state__in=_HOLDS, settled_by=SettledBy.PROVIDER, expires_at__isnull=False)
    being_taken = ParcelTender.objects.filter(payment=OuterRef("pk"), parcel__state=ParcelState.DISPATCHED)
    with transaction.atomic():
        due = (
            holds.filter(
                ~Exists(being_taken),
                expires_at__lte=now + timedelta(seconds=settings.PAYMENT_RENEW_BEFORE_S),
                order__state__in=_OPEN,
                amount_minor__gt=F("captured_minor") + F("voided_minor"),
            )
            .exclude(expiry_told=F("authorization"))
            .select_related("order")
            .select_for_update(of=("self",), skip_locked=True, no_key=True)[:AT_MOST]
        )
        told = list(due)
        for payment in told:
            outbox.add(
                name="payment.expiring",
                aggregate=f"order:{payment.order.number}",
                data={
                    "payment": f"{payment.order.number}/{payment.position}/{payment.renewals + 1}",
                    "order_number": payment.order.number,
                    "position": payment.position,
                },
            )
        Payment.objects.filter(id__in=[payment.id for payment in told]).update(expiry_told=F("authorization"))
    holds.filter(expires_at__lt=now, state=PaymentState.AUTHORIZED, order__state__in=_OPEN).exclude(
        expiry_told=""
    ).update(state=PaymentState.AUTH_EXPIRED)
    return len(told)
