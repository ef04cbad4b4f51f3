"""Take back the tax of what came back: a document below zero under the credit memo's number."""

from functools import partial

from canonical.money import Money
from canonical.order import Address
from canonical.tax import TaxAmount, TaxDocument, TaxLine, TaxResult
from process_apis.engine.process import Done, StepContext
from process_apis.orders import queries as orders
from process_apis.return_to_refund.entries import tax_within
from process_apis.return_to_refund.story import going_on
from process_apis.returns import queries
from process_apis.returns.models import CreditMemo, ReturnKind
from system_apis.tax.gateway import tax

SHIPPING_LINE, GOODWILL_LINE, KEPT_LINE, STANDARD = "shipping", "goodwill", "kept", "standard"


def adjust_tax(ctx: StepContext) -> Done:
    """Without an order nobody knows which tax was filed: the daily report of those returns tells finance."""
    parent = going_on(ctx)
    row = queries.memo_of(parent) if parent else None
    if row is None or parent is None or not row.order_number:
        return Done(tax_ref="")
    order = orders.order(row.order_number)
    codes = {line.line_id: line.tax_code for line in order.lines.all()}
    parts = [
        (line["line_id"], line["sku"], codes[line["line_id"]], line["net_minor"], line["tax_minor"])
        for line in row.lines
    ]
    if row.shipping_minor or row.shipping_tax_minor:
        parts.append((SHIPPING_LINE, "", STANDARD, row.shipping_minor, row.shipping_tax_minor))
    if parent.kind == ReturnKind.GOODWILL:
        code = next(iter(codes.values()), STANDARD)
        parts.append((GOODWILL_LINE, "", code, parent.goodwill_minor, parent.goodwill_tax_minor))
    if row.clawback_minor:
        kept_tax = tax_within(row.clawback_minor, net=row.net_minor, tax=row.tax_minor)
        code = next((codes[line["line_id"]] for line in row.lines), STANDARD)
        parts.append((KEPT_LINE, "", code, kept_tax - row.clawback_minor, -kept_tax))
    if not parts:
        return Done(tax_ref="")

    def minus(minor: int) -> Money:
        return Money(minor=-minor, currency=row.currency)

    ship_to = Address(**order.ship_to)
    document = TaxDocument(
        code=row.number,
        date=row.booked_on or row.issued_at.date(),
        ship_to=ship_to,
        taxes_included=order.taxes_included,
        lines=tuple(
            TaxLine(line_id=name, sku=sku, tax_code=code, amount=minus(net + (minor if order.taxes_included else 0)))
            for name, sku, code, net, minor in parts
        ),
    )
    charged = TaxResult(
        code=row.number,
        amounts=tuple(
            TaxAmount(line_id=name, tax=minus(minor), jurisdiction=ship_to.country) for name, _, _, _, minor in parts
        ),
    )
    reference = tax().commit(document, charged, key=ctx.key).value
    keep = partial(CreditMemo.objects.filter(id=row.id).update, tax_reference=reference)
    return Done(tax_ref=reference, then=[keep])
