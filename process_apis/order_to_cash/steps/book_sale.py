"""Book a parcel in our ledger: revenue, discount, tax and money in one entry, cost of goods in another."""

from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.catalog import tenders as rates
from process_apis.engine.process import Done, StepContext
from process_apis.ledger import services as ledger
from process_apis.order_to_cash.decisions import entries
from process_apis.order_to_cash.lines import earned
from process_apis.orders import parcels, queries
from process_apis.orders.models import Parcel, ParcelState


def book_sale(ctx: StepContext) -> Done:
    parcel = queries.parcel(ctx.subject)
    order = parcel.order
    lines = queries.lines_of(parcel)
    if not lines:  # parts of a bundle that is not complete yet
        return Done()
    worth = _in_our_currency(parcel)
    tenders = queries.tenders_of(parcel)
    from_deposit = sum(t.amount_minor for t in tenders if t.payment.taken_before_goods_leave)
    entry_of = partial(
        ledger.entry_of,
        source_event=f"parcel:{parcel.shipment_id}",
        booked_on=timezone.localdate(parcel.dispatched_at),
        memo=f"Invoice {parcel.invoice_number}",
    )
    legs = entries.sale_legs(
        net=earned([(line.net_minor, line.line.revenue) for line in lines], currency=order.currency),
        discount=sum(line.discount_minor for line in lines),
        shipping=parcel.shipping_minor,
        tax=sum(line.tax_minor for line in lines) + parcel.shipping_tax_minor,
        from_deposit=from_deposit,
        taken=[(t.payment.role, t.amount_minor) for t in tenders if not t.payment.taken_before_goods_leave],
    )
    booked = {"sale_entry": "", "cost_entry": ""}
    if any(minor for _, minor in legs):  # there is nothing to book for goods that were free from the start
        sale = entry_of(reference=f"SALE-{parcel.invoice_number}", purpose="sale", currency=order.currency, legs=legs)
        ledger.book(sale, order_number=order.number)
        booked["sale_entry"] = sale.reference
    cost = sum(line.cost_minor for line in lines)
    if cost:
        entry = entry_of(
            reference=f"COST-{parcel.invoice_number}",
            purpose="cost",
            currency=lines[0].line.cost_currency,  # the entity's own, whatever the customer paid in
            legs=entries.cost_legs(cost=cost, from_our_stock=catalog.holds_our_goods(parcel.node)),
        )
        ledger.book(entry, order_number=order.number)
        booked["cost_entry"] = entry.reference
    return Done(**booked, then=[partial(parcels.move_on, parcel, to=ParcelState.BOOKED, **worth)])


def _in_our_currency(parcel: Parcel) -> dict[str, Any]:
    """What the parcel comes to in the entity's own currency, with the rate of its day and who says so.

    Raises UnknownRate: the run then waits for finance to enter one.
    """
    ours = settings.FUNCTIONAL_CURRENCY
    total = Money(minor=parcel.total_minor, currency=parcel.order.currency)
    rate = rates.rate(base=total.currency, quote=ours, on=timezone.localdate(parcel.dispatched_at))
    return {
        "functional_minor": total.converted(ours, rate=rate.rate).minor,
        "functional_currency": ours,
        "fx_rate": rate.rate,
        "fx_source": rate.source,
    }
