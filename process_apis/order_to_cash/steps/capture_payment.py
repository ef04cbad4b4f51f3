"""Take a parcel's share of the money that is held. What the channel took before is not taken again."""

from collections.abc import Callable
from functools import partial

from canonical.money import Money
from process_apis.engine.process import Done, StepContext
from process_apis.orders import parcels, queries, services
from process_apis.orders.models import ParcelState, PaymentState
from system_apis.payments.gateway import payments


def capture_payment(ctx: StepContext) -> Done:
    parcel = queries.parcel(ctx.subject)
    taken: list[Callable[[], object]] = [partial(parcels.move_on, parcel, to=ParcelState.CAPTURED)]
    captured = 0
    for tender in queries.tenders_of(parcel):
        payment = tender.payment
        if payment.state == PaymentState.PREPAID:
            continue
        amount = Money(minor=tender.amount_minor, currency=parcel.order.currency)
        key = ctx.key.part(str(payment.position))
        movement = payments().capture(payment.authorization, amount, key=key)
        ctx.keep(**{f"captured_{payment.position}": movement.reference})
        captured += amount.minor
        taken.append(
            partial(services.captured, payment, movement, key=f"capture:{parcel.shipment_id}:{payment.position}")
        )
    return Done(captured_minor=captured, then=taken)
