"""Post what chargebacks and bounced refunds did to our ledger to the ERP."""

from process_apis.engine.process import Done, StepContext
from process_apis.return_to_refund.booking import post


def post_dispute(ctx: StepContext) -> Done:
    return post(ctx, "dispute_entry")


def post_decision(ctx: StepContext) -> Done:
    return post(ctx, "decision_entry")


def post_other_way(ctx: StepContext) -> Done:
    return post(ctx, "refund_entry")


def post_bounce(ctx: StepContext) -> Done:
    return post(ctx, "bounce_entry")
