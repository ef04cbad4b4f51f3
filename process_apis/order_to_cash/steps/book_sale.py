"""Book a parcel in our ledger: revenue, discount, tax and money in one entry, cost of goods in another."""

from functools import partial

from django.utils import timezone

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import services as ledger
from process_apis.order_to_cash import decisions
from process_apis.orders import parcels, queries
from process_apis.orders.models import ParcelState, PaymentState


def book_sale(ctx: StepContext) -> Done:
    parcel = queries.parcel(ctx.subject)
    order = parcel.order
    lines = queries.lines_of(parcel)
    if not lines:  # parts of a bundle that is not complete yet
        return Done()
    tenders = queries.tenders_of(parcel)
    prepaid = sum(t.amount_minor for t in tenders if t.payment.state == PaymentState.PREPAID)
    entry_of = partial(
        ledger.entry_of,
        source_event=f"parcel:{parcel.shipment_id}",
        booked_on=timezone.localdate(parcel.dispatched_at),
        memo=f"Invoice {parcel.invoice_number}",
    )
    sale = entry_of(
        reference=f"SALE-{parcel.invoice_number}",
        purpose="sale",
        currency=order.currency,
        legs=decisions.sale_legs(
            net=sum(line.net_minor for line in lines),
            discount=sum(line.discount_minor for line in lines),
            shipping=parcel.shipping_minor,
            tax=sum(line.tax_minor for line in lines) + parcel.shipping_tax_minor,
            from_deposit=prepaid,
            captured=sum(t.amount_minor for t in tenders) - prepaid,
        ),
    )
    ledger.book(sale, order_number=order.number)
    cost = sum(line.cost_minor for line in lines)
    if cost:
        entry = entry_of(
            reference=f"COST-{parcel.invoice_number}",
            purpose="cost",
            currency=lines[0].line.cost_currency,  # the entity's own, whatever the customer paid in
            legs=decisions.cost_legs(cost=cost),
        )
        ledger.book(entry, order_number=order.number)
    return Done(
        sale_entry=sale.reference,
        cost_entry=entry.reference if cost else "",
        then=[partial(parcels.move_on, parcel, to=ParcelState.BOOKED)],
    )
