"""Accept an order whose every part is known, or ask for all that is missing at once; reject it when taken back."""

from process_apis.catalog import queries as catalog
from process_apis.catalog import tenders
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.order_to_cash import decisions
from process_apis.orders import payments, queries, services
from process_apis.orders.models import OrderState


def accept_order(ctx: StepContext) -> Done:
    row = queries.order(ctx.subject)
    order = queries.canonical(row)
    known = catalog.products({line.sku for line in order.lines})
    kinds = tenders.kinds({tender.kind for tender in order.tenders} | {payments.AT_CHANNEL})
    bundles = catalog.bundles(known.keys())
    parts = catalog.products({part for made_of in bundles.values() for part in made_of})
    missing = decisions.missing_from(
        order,
        known_skus=known.keys(),
        channel_currency=catalog.channel(row.channel).currency,
        sells_to=catalog.sells_to(order.ship_to.country),
        known_tenders=kinds.keys(),
    ) + decisions.missing_parts(bundles, known_skus=parts.keys())
    if missing:
        raise NeedsPerson(
            ";\n".join(each.what for each in missing),
            proposal=";\n".join(dict.fromkeys(each.proposal for each in missing)) + ";\nthen resume the run",
        )
    cost = {sku: product.cost_minor for sku, product in known.items()}
    for bundle, made_of in bundles.items():  # a bundle costs what its parts cost
        cost[bundle] = sum(parts[part].cost_minor * units for part, units in made_of.items())
    payments.describe(row, kinds)
    services.describe_lines(
        row,
        by_sku={
            sku: {
                "title": product.title,
                "tax_code": product.tax_code,
                "unit_cost_minor": cost[sku],
                "cost_currency": product.currency,
            }
            for sku, product in known.items()
        },
    )
    if services.move_on(row, to=OrderState.ACCEPTED, since=[OrderState.RECEIVED]):
        services.tell(row, "order.accepted")
    return Done()


def reject_order(ctx: StepContext) -> Done:
    row = queries.order(ctx.subject)
    services.cancel(row, reason=ctx.facts.get("refused_because", "taken back"), now=ctx.now)
    return Done()
