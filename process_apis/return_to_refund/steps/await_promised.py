"""Money was given back in advance: wait for the goods, and where they never come for somebody to say who bears it."""

from dataclasses import asdict
from datetime import timedelta

from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.ledger import queries as ledger
from process_apis.orders import queries as orders
from process_apis.return_to_refund import advances
from process_apis.return_to_refund.booking import booking_day
from process_apis.return_to_refund.filing import Part, file
from process_apis.return_to_refund.story import going_on
from process_apis.returns import queries
from process_apis.returns.models import Disposition, ReturnKind
from system_apis.erp.gateway import erp

_NEWS = "return.received return.inspected"
_LOOK_AGAIN, _SOON = timedelta(days=1), timedelta(minutes=5)


def await_promised(ctx: StepContext) -> Outcome:
    """Over once all of it is here and looked at, or somebody has decided."""
    parent = going_on(ctx)
    if parent is None or parent.kind != ReturnKind.ADVANCE:
        return Done(kept_entry="")
    lacking = advances.missing(parent)
    pending = any(line.disposition == Disposition.PENDING for line in queries.received(parent))
    if not lacking and not pending:
        return Done(kept_entry="")
    outcome, memo = advances.decision(parent), queries.memo_of(parent)
    if lacking and outcome and memo:
        entry = advances.book_kept(parent, memo, lacking, outcome=outcome)
        return Done(kept_entry=entry, kept=[asdict(each) for each in lacking], outcome=outcome)
    due = parent.expires_at or ctx.now + _LOOK_AGAIN
    if lacking and ctx.now > due:
        advances.ask(parent, lacking)
        return Wait(_NEWS, until=ctx.now + _SOON)
    return Wait(_NEWS, until=min(max(due, ctx.now + _SOON), ctx.now + _LOOK_AGAIN))


def post_kept(ctx: StepContext) -> Done:
    """Tell the ERP."""
    reference = ctx.facts.get("kept_entry")
    return Done(kept_posted=erp().post_journal(ledger.entry(reference), key=ctx.key).value if reference else "")


def file_kept(ctx: StepContext) -> Done:
    """The tax of what the customer keeps is owed again."""
    parent = going_on(ctx)
    if parent is None or not ctx.facts.get("kept_entry"):
        return Done(kept_tax="")
    order = orders.order(parent.order_number)
    codes = {line.line_id: line.tax_code for line in order.lines.all()}
    parts = [
        Part(each["line_id"], each["sku"], codes[each["line_id"]], each["net_minor"], each["tax_minor"])
        for each in ctx.facts["kept"]
    ]
    return Done(kept_tax=file(order, parts, code=f"ADV-{parent.number}", on=booking_day(), key=ctx.key))
