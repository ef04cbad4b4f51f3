"""Tell the ERP of the credit memo: the document under our number, and its journal entry."""

from functools import partial
from typing import Any

from canonical.journal import CreditMemo, InvoiceLine
from canonical.money import Money
from process_apis.engine.process import Done, StepContext
from process_apis.ledger import queries as ledger
from process_apis.orders.models import Parcel
from process_apis.return_to_refund.story import going_on
from process_apis.returns import queries
from process_apis.returns.models import CreditMemo as MemoRow
from system_apis.erp.gateway import erp


def create_erp_credit_memo(ctx: StepContext) -> Done:
    parent = going_on(ctx)
    row = queries.memo_of(parent) if parent else None
    if row is None:
        return Done()
    reference = erp().create_credit_memo(_canonical(row), key=ctx.key)
    keep = partial(MemoRow.objects.filter(id=row.id).update, erp_reference=reference.value)
    return Done(erp_credit_memo=reference.value, then=[keep])


def post_credit_memo(ctx: StepContext) -> Done:
    posted: dict[str, Any] = {}
    for fact, key in (("memo_entry", ctx.key), ("exchange_entry", ctx.key.part("exchange"))):
        if reference := ctx.facts.get(fact):
            posted[f"{fact}_ref"] = erp().post_journal(ledger.entry(reference), key=key).value
            ctx.keep(**posted)
    return Done(**posted)


def _canonical(row: MemoRow) -> CreditMemo:
    def money(minor: int) -> Money:
        return Money(minor=minor, currency=row.currency)

    invoices = Parcel.objects.filter(order__number=row.order_number).values_list("invoice_number", flat=True)
    lines = [
        InvoiceLine(sku=line["sku"], quantity=line["units"], net=money(line["net_minor"]), tax=money(line["tax_minor"]))
        for line in row.lines
    ]
    goodwill = row.parent.goodwill_minor, row.parent.goodwill_tax_minor
    if any(goodwill):
        lines.append(InvoiceLine(sku="GOODWILL", quantity=1, net=money(goodwill[0]), tax=money(goodwill[1])))
    return CreditMemo(
        number=row.number,
        order_number=row.order_number,
        invoices=tuple(invoices),
        issued_on=row.booked_on or row.issued_at.date(),
        lines=tuple(lines),
        shipping_net=money(row.shipping_minor),
        shipping_tax=money(row.shipping_tax_minor),
        kept=money(row.fee_minor + row.clawback_minor),
        total=money(row.total_minor),
    )
