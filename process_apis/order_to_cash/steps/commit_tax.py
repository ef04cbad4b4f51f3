"""File the tax of a parcel, exactly as it was charged, under its invoice number."""

from canonical.money import Money
from canonical.order import Address
from canonical.tax import TaxAmount, TaxDocument, TaxLine, TaxResult
from process_apis.engine.process import Done, StepContext
from process_apis.order_to_cash.steps.quote_tax import SHIPPING_LINE, SHIPPING_TAX_CODE
from process_apis.orders import queries
from system_apis.tax.gateway import tax


def commit_tax(ctx: StepContext) -> Done:
    parcel = queries.parcel(ctx.subject)
    order = parcel.order
    parts = queries.lines_of(parcel)
    if not parts:  # parts of a bundle that is not complete yet
        return Done()

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=order.currency)

    lines, amounts = [], []
    for part in parts:
        net = part.net_minor - part.discount_minor
        amount = net + part.tax_minor if order.taxes_included else net
        lines.append(
            TaxLine(line_id=part.line.line_id, sku=part.line.sku, tax_code=part.line.tax_code, amount=money(amount))
        )
        amounts.append((part.line.line_id, part.tax_minor))
    if parcel.shipping_minor or parcel.shipping_tax_minor:
        amount = parcel.shipping_minor + (parcel.shipping_tax_minor if order.taxes_included else 0)
        lines.append(TaxLine(line_id=SHIPPING_LINE, sku="", tax_code=SHIPPING_TAX_CODE, amount=money(amount)))
        amounts.append((SHIPPING_LINE, parcel.shipping_tax_minor))
    ship_to = Address(**order.ship_to)
    document = TaxDocument(
        code=parcel.invoice_number,
        date=parcel.dispatched_at.date(),
        ship_to=ship_to,
        taxes_included=order.taxes_included,
        lines=tuple(lines),
    )
    charged = TaxResult(
        code=parcel.invoice_number,
        amounts=tuple(
            TaxAmount(line_id=line_id, tax=money(minor), jurisdiction=ship_to.country) for line_id, minor in amounts
        ),
    )
    return Done(tax_ref=tax().commit(document, charged, key=ctx.key).value)
