"""Post the entries of refunds to the ERP, under our references."""

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import queries as ledger
from process_apis.ledger.models import JournalEntry
from process_apis.return_to_refund import paying
from process_apis.returns import queries
from system_apis.erp.gateway import erp


def post_refunds(ctx: StepContext) -> Done:
    posted: dict[str, str] = dict(ctx.facts.get("refunds_posted") or {})
    for refund in queries.one(ctx.subject).refunds.order_by("key"):
        name = paying.entry_reference(refund)
        for reference in JournalEntry.objects.filter(reference__in=[name, f"{name}-B"]).values_list(
            "reference", flat=True
        ):
            if reference not in posted:
                posted[reference] = erp().post_journal(ledger.entry(reference), key=ctx.key.part(reference)).value
                ctx.keep(refunds_posted=posted)
    return Done(refunds_posted=posted)
