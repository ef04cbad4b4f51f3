"""Post the entries to the ERP, under our references."""

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import queries as ledger
from system_apis.erp.gateway import erp


def post_stock(ctx: StepContext) -> Done:
    posted = {}
    for reference in ctx.facts["entries"]:
        posted[reference] = erp().post_journal(ledger.entry(reference), key=ctx.key.part(reference)).value
        ctx.keep(posted=posted)
    return Done(posted=posted)
