"""A channel cancelled what had left already: open the return of it, so that the goods are expected and credited."""

from process_apis.engine.process import Done, StepContext
from process_apis.return_to_refund import opening
from process_apis.return_to_refund.decisions.allowed import Asked


def take_late_cancellation(ctx: StepContext) -> Done:
    told = ctx.facts["started_by"]
    parent = opening.open_return(
        number=told["order_number"],
        key=f"cancellation:{ctx.subject}",
        lines=[Asked(line["line_id"], line["quantity"]) for line in told["lines"]],
        requested_by="channel",
        reason="cancelled too late",
        note=told["reason"],
        waive_policy=True,
        now=ctx.now,
    )
    return Done(return_number=parent.number)
