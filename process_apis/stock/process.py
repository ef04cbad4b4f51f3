"""The journeys of the stock book: what a warehouse reports is taken in, what systems have is asked for each night."""

from uuid import UUID

from process_apis.engine.process import Done, Process, Step, StepContext
from process_apis.stock.checking import snapshots
from process_apis.stock.incoming import intake
from system_apis.inbox import queries as inbox
from system_apis.wms.gateway import wms


def take_stock_report(ctx: StepContext) -> Done:
    """Apply what a message tells; a movement that cannot be is set aside and holds up none of the others."""
    message = inbox.message(UUID(ctx.subject))
    told = wms(message.connection.code).read_movements(bytes(message.raw))
    outcomes = intake.hear(told, of=f"{message.connection.code} message {message.event_id}")
    applied = sum(each.outcome == "applied" for each in outcomes)
    return Done(applied=applied, set_aside=sum(each.outcome == "set_aside" for each in outcomes))


def ask_for_snapshot(ctx: StepContext) -> Done:
    """Ask whoever keeps the goods of a node what is there. Asked twice, it is compared twice; the book stays right."""
    try:
        answer = snapshots.ask(ctx.facts["started_by"]["node"])
    except snapshots.NobodyToAsk:
        return Done(asked=False)  # a node without a connected system: its counts come another way
    if answer.compared is None:
        return Done(asked=True, stale=True)
    compared = answer.compared
    return Done(asked=True, agreed=compared.agreed, adjusted=compared.adjusted, varied=compared.varied)


STOCK_REPORT = Process(
    name="stock_report",
    starts_on="wms.stock_reported",
    subject="inbox_id",
    steps=(Step(take_stock_report, queue="stock"),),
)

STOCK_SNAPSHOT = Process(
    name="stock_snapshot",
    starts_on="stock.snapshot_due",
    subject="snapshot",
    steps=(Step(ask_for_snapshot, queue="stock", remote=True),),
    on_refusal="park",
    budget_s=6 * 3600,
    deadline_s=20 * 3600,
)

PROCESSES = (STOCK_REPORT, STOCK_SNAPSHOT)
