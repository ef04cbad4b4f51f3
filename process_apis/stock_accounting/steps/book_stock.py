"""Book a change of stock in our ledger, at standard cost; an entry for each currency of it."""

from datetime import datetime

from django.utils import timezone

from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Product
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.ledger import services as ledger
from process_apis.stock_accounting import decisions


def book_stock(ctx: StepContext) -> Done:
    told = ctx.facts["started_by"]
    if not catalog.holds_our_goods(told["node"]):
        return Done(entries=[])
    units = {line["sku"]: line["units"] for line in told["lines"]}
    costs = {p.sku: (p.cost_minor, p.currency) for p in Product.objects.filter(sku__in=units)}
    if unknown := sorted(units.keys() - costs.keys()):
        raise NeedsPerson(
            f"no standard cost is known of {', '.join(unknown)}",
            proposal="add it under Catalog, Products, with its cost, then resume the run",
        )
    entries = []
    for currency, minor in decisions.worth(units, costs=costs).items():
        entry = ledger.entry_of(
            reference=f"STK-{ctx.subject}-{currency}",
            purpose=ctx.process,
            source_event=f"stock:{ctx.subject}:{currency}",
            booked_on=timezone.localdate(datetime.fromisoformat(told["at"])),
            legs=decisions.legs(ctx.process, minor=minor),
            currency=currency,
            memo=f"{ctx.subject} at {told['node']}",
        )
        ledger.book(entry)
        entries.append(entry.reference)
    return Done(entries=entries)
