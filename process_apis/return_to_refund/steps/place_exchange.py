"""Place the order of what the customer takes instead, and tell the ERP what was changed between currencies."""

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import queries as ledger
from process_apis.return_to_refund import carrying, exchanges
from process_apis.return_to_refund.story import going_on
from system_apis.erp.gateway import erp


def place_exchange(ctx: StepContext) -> Done:
    """Once what is carried over is credited. The order goes its own way from here on."""
    parent = going_on(ctx)
    exchange = exchanges.of(parent) if parent else None
    if exchange is None:
        return Done(exchange_order="", changed=[])
    number, entries = carrying.place(exchange, now=ctx.now)
    return Done(exchange_order=number, changed=entries)


def post_changed(ctx: StepContext) -> Done:
    posted: dict[str, str] = {}
    for reference in ctx.facts.get("changed") or []:
        posted[reference] = erp().post_journal(ledger.entry(reference), key=ctx.key.part(reference)).value
        ctx.keep(changed_posted=posted)
    return Done(changed_posted=posted)
