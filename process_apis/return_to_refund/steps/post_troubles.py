"""Post what chargebacks and bounced refunds did to our ledger to the ERP."""

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import queries as ledger
from process_apis.ledger.models import JournalEntry
from process_apis.return_to_refund.booking import post
from system_apis.erp.gateway import erp


def post_dispute(ctx: StepContext) -> Done:
    return post(ctx, "dispute_entry")


def post_decision(ctx: StepContext) -> Done:
    return post(ctx, "decision_entry")


def post_other_way(ctx: StepContext) -> Done:
    posted: dict[str, str] = dict(ctx.facts.get("refunds_posted") or {})
    booked = JournalEntry.objects.filter(reference__in=ctx.facts.get("refund_entries") or []).order_by("reference")
    for reference in booked.values_list("reference", flat=True):
        if reference not in posted:
            posted[reference] = erp().post_journal(ledger.entry(reference), key=ctx.key.part(reference)).value
            ctx.keep(refunds_posted=posted)
    return Done(refunds_posted=posted)


def post_bounce(ctx: StepContext) -> Done:
    return post(ctx, "bounce_entry")
