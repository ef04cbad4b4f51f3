"""Issue the invoice of a parcel in the ERP, under our number."""

from functools import partial

from canonical.journal import Invoice, InvoiceLine
from canonical.money import Money
from process_apis.engine.process import Done, StepContext
from process_apis.orders import parcels, queries
from process_apis.orders.models import ParcelState
from system_apis.erp.gateway import erp


def issue_invoice(ctx: StepContext) -> Done:
    parcel = queries.parcel(ctx.subject)
    lines = queries.lines_of(parcel)
    if not lines:  # parts of a bundle that is not complete yet
        return Done()

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=parcel.order.currency)

    invoice = Invoice(
        number=parcel.invoice_number,
        order_number=parcel.order.number,
        issued_on=parcel.dispatched_at.date(),
        lines=tuple(
            InvoiceLine(
                sku=line.line.sku,
                quantity=line.quantity,
                net=money(line.net_minor - line.discount_minor),
                tax=money(line.tax_minor),
            )
            for line in lines
        ),
        shipping_net=money(parcel.shipping_minor),
        shipping_tax=money(parcel.shipping_tax_minor),
        total=money(parcel.total_minor),
    )
    reference = erp().create_invoice(invoice, key=ctx.key)
    return Done(invoice_ref=reference.value, then=[partial(parcels.move_on, parcel, to=ParcelState.INVOICED)])
