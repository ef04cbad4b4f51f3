"""Take back the tax of what came back: a document below zero under the credit memo's number."""

from functools import partial

from process_apis.engine.process import Done, StepContext
from process_apis.orders import queries as orders
from process_apis.return_to_refund.entries import tax_within
from process_apis.return_to_refund.filing import Part, file
from process_apis.return_to_refund.story import going_on
from process_apis.returns import queries
from process_apis.returns.models import CreditMemo, Return, ReturnKind

SHIPPING_LINE, GOODWILL_LINE, KEPT_LINE, STANDARD = "shipping", "goodwill", "kept", "standard"


def adjust_tax(ctx: StepContext) -> Done:
    """Without an order nobody knows which tax was filed: the daily report of those returns tells finance."""
    parent = going_on(ctx)
    row = queries.memo_of(parent) if parent else None
    if row is None or parent is None or not row.order_number:
        return Done(tax_ref="")
    order = orders.order(row.order_number)
    parts = _parts(parent, row, {line.line_id: line.tax_code for line in order.lines.all()})
    if not parts:
        return Done(tax_ref="")
    reference = file(order, parts, code=row.number, on=row.booked_on or row.issued_at.date(), key=ctx.key)
    keep = partial(CreditMemo.objects.filter(id=row.id).update, tax_reference=reference)
    return Done(tax_ref=reference, then=[keep])


def _parts(parent: Return, row: CreditMemo, codes: dict[str, str]) -> list[Part]:
    parts = [
        Part(line["line_id"], line["sku"], codes[line["line_id"]], -line["net_minor"], -line["tax_minor"])
        for line in row.lines
    ]
    if row.shipping_minor or row.shipping_tax_minor:
        parts.append(Part(SHIPPING_LINE, "", STANDARD, -row.shipping_minor, -row.shipping_tax_minor))
    if parent.kind == ReturnKind.GOODWILL:
        code = next(iter(codes.values()), STANDARD)
        parts.append(Part(GOODWILL_LINE, "", code, -parent.goodwill_minor, -parent.goodwill_tax_minor))
    if row.clawback_minor:  # what is kept of it stays sold, and taxed
        kept_tax = tax_within(row.clawback_minor, net=row.net_minor, tax=row.tax_minor)
        code = next((codes[line["line_id"]] for line in row.lines), STANDARD)
        parts.append(Part(KEPT_LINE, "", code, row.clawback_minor - kept_tax, kept_tax))
    return parts
