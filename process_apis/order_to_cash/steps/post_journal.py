"""Post entries of our ledger to the ERP, under our reference: a deposit, a sale, the cost of its goods."""

from typing import Any

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import queries as ledger
from system_apis.erp.gateway import erp


def post_deposit(ctx: StepContext) -> Done:
    return _post(ctx, "deposit_entry")


def post_sale(ctx: StepContext) -> Done:
    return _post(ctx, "sale_entry")


def post_cost(ctx: StepContext) -> Done:
    return _post(ctx, "cost_entry")


def _post(ctx: StepContext, fact: str) -> Done:
    reference = ctx.facts.get(fact)
    if not reference:
        return Done()
    posted = erp().post_journal(ledger.entry(reference), key=ctx.key)
    facts: dict[str, Any] = {f"{fact}_ref": posted.value}
    return Done(**facts)
