"""Ask the tax engine what of an order's prices is tax, where the channel has not said. Writes the tax of each line."""

from functools import partial

from canonical.money import Money
from canonical.order import Address
from canonical.tax import TaxDocument, TaxLine
from process_apis.engine.process import Done, StepContext
from process_apis.orders import queries, services
from system_apis.tax.gateway import tax

SHIPPING_LINE, SHIPPING_TAX_CODE = "shipping", "standard"


def quote_tax(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    open_lines = [line for line in order.lines.all() if line.tax_minor is None]
    if not open_lines and order.shipping_tax_minor is not None:
        return Done(tax="as the channel charged it")

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=order.currency)

    lines = [
        TaxLine(
            line_id=line.line_id,
            sku=line.sku,
            tax_code=line.tax_code,
            amount=money(line.unit_price_minor * line.quantity - line.discount_minor),
        )
        for line in open_lines
    ]
    lines.append(TaxLine(line_id=SHIPPING_LINE, sku="", tax_code=SHIPPING_TAX_CODE, amount=money(order.shipping_minor)))
    result = tax().quote(
        TaxDocument(
            code=order.number,
            date=order.placed_at.date(),
            ship_to=Address(**order.ship_to),
            taxes_included=order.taxes_included,
            lines=tuple(lines),
        )
    )
    by_line = {amount.line_id: amount.tax.minor for amount in result.amounts}
    shipping_minor = by_line.pop(SHIPPING_LINE)
    return Done(
        tax_minor=sum(by_line.values()) + shipping_minor,
        then=[partial(services.set_taxes, order, by_line=by_line, shipping_minor=shipping_minor)],
    )
