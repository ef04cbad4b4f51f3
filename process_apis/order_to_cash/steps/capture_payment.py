"""Take a parcel's share of the money that is held. What was taken before is not taken again."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.utils import timezone

from process_apis.catalog.tender_models import SettledBy
from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash import tenders
from process_apis.orders import parcels, payments, queries
from process_apis.orders.models import ParcelState


def capture_payment(ctx: StepContext) -> Done:
    parcel = queries.parcel(ctx.subject)
    taken: list[Callable[[], object]] = [partial(parcels.move_on, parcel, to=ParcelState.CAPTURED)]
    captured = 0
    for tender in queries.tenders_of(parcel):
        payment, minor = tender.payment, tender.amount_minor
        if payment.taken_before_goods_leave:
            continue
        if payment.settled_by == SettledBy.TERMS:
            due_on = timezone.localdate(parcel.dispatched_at) + timedelta(days=payment.due_days)
            taken.append(partial(payments.owed, tender, due_on=due_on))
            continue
        part = f"{parcel.shipment_id}:{payment.position}"
        reference = tenders.take(payment, minor=minor, part=part, key=ctx.key.part(str(payment.position)))
        ctx.keep(**{f"captured_{payment.position}": reference})
        captured += minor
        taken.append(partial(payments.captured, payment, minor=minor, reference=reference, key=f"capture:{part}"))
    return Done(captured_minor=captured, then=taken)
