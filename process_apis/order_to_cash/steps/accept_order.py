"""Accept an order whose every part is known, or ask for all that is missing at once; reject it when taken back."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from canonical.order import LineKind, Order
from process_apis.catalog import queries as catalog
from process_apis.catalog import tenders
from process_apis.catalog.models import Product
from process_apis.catalog.tender_models import TenderKind
from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.ledger import queries as ledger
from process_apis.order_to_cash import lines
from process_apis.order_to_cash.decisions import acceptance
from process_apis.orders import customers, payments, queries, services
from process_apis.orders.models import OrderState

Bundles = Mapping[str, Mapping[str, int]]


def accept_order(ctx: StepContext) -> Done:
    row = queries.order(ctx.subject)
    order = queries.canonical(row)
    known = catalog.products({line.sku for line in order.lines})
    tender_kinds = tenders.kinds({tender.kind for tender in order.tenders} | {payments.AT_CHANNEL})
    bundles = catalog.bundles(known.keys())
    parts = catalog.products({part for made_of in bundles.values() for part in made_of})
    kinds = {line.line_id: _kind(line, known[line.sku], order) for line in order.lines if line.sku in known}
    missing = acceptance.missing_parts(bundles, known_skus=parts.keys())
    missing += _missing(order, kinds, known=known, bundles=bundles, parts=parts, tender_kinds=tender_kinds)
    try:
        customers.know(row)
    except customers.TwoPeople as both:
        missing.append(acceptance.Missing(str(both), acceptance.WHO_IS_IT))
    if missing:
        raise NeedsPerson(
            ";\n".join(each.what for each in missing),
            proposal=";\n".join(dict.fromkeys(each.proposal for each in missing)) + ";\nthen resume the run",
        )
    payments.describe(row, tender_kinds, when_goods_leave=LineKind.PRE_ORDER in kinds.values())
    services.describe_lines(
        row,
        by_line={
            line.line_id: _described(known[line.sku], kind=kinds[line.line_id], bundles=bundles, parts=parts)
            | {"belongs_to": lines.goods_of(line.line_id, line.belongs_to, kinds)}
            for line in order.lines
        },
    )
    if services.move_on(row, to=OrderState.ACCEPTED, since=[OrderState.RECEIVED]):
        services.tell(row, "order.accepted")
    return Done()


def reject_order(ctx: StepContext) -> Done:
    row = queries.order(ctx.subject)
    services.cancel(row, reason=ctx.facts.get("refused_because", "taken back"), now=ctx.now)
    return Done()


def _kind(line: Any, product: Product, order: Order) -> LineKind:
    sold = lines.Sold(
        line_id=line.line_id,
        sku=line.sku,
        kind=line.kind,
        net_minor=line.net.minor,
        contract=line.contract,
        product_kind=product.kind,
        released_on=product.released_on,
    )
    return lines.kind_of(sold, on=timezone.localdate(order.placed_at))


def _missing(
    order: Order,
    kinds: Mapping[str, LineKind],
    *,
    known: Mapping[str, Product],
    bundles: Bundles,
    parts: Mapping[str, Product],
    tender_kinds: Mapping[str, TenderKind],
) -> list[acceptance.Missing]:
    found = acceptance.missing_from(
        order,
        units={sku: product.unit for sku, product in known.items()},
        channel_currency=catalog.channel(order.channel).currency,
        sells_to=catalog.sells_to(order.ship_to.country),
        known_tenders=tender_kinds.keys(),
    )
    found += acceptance.missing_accounts({product.revenue_role for product in known.values()} - ledger.roles())
    if len(kinds) == len(order.lines):
        found += lines.nothing_to_send(list(kinds.values()))
    if order.pickup_node:
        node = catalog.nodes().get(order.pickup_node)
        ages = {sku: _min_age(product, bundles=bundles, parts=parts) for sku, product in known.items()}
        found += lines.wants_person_there(ages, node=order.pickup_node, attended=node is None or node.attended)
    return found


def _described(product: Product, *, kind: LineKind, bundles: Bundles, parts: Mapping[str, Product]) -> dict[str, Any]:
    """What an order keeps of a product. A bundle costs what its parts cost, and earns for the accounts of its parts."""
    made_of = bundles.get(product.sku, {})
    cost = sum(parts[part].cost_minor * units for part, units in made_of.items()) if made_of else product.cost_minor
    alone = [(parts[part].revenue_role, parts[part].price_minor * units) for part, units in made_of.items()]
    return {
        "title": product.title,
        "tax_code": product.tax_code,
        "unit_cost_minor": 0 if kind.is_service else cost,
        "cost_currency": product.currency,
        "kind": kind,
        "promised_on": product.released_on if kind == LineKind.PRE_ORDER else None,
        "min_age": _min_age(product, bundles=bundles, parts=parts),
        "revenue": lines.revenue_of(product.revenue_role, alone),
    }


def _min_age(product: Product, *, bundles: Bundles, parts: Mapping[str, Product]) -> int:
    made_of = [parts[part].min_age for part in bundles.get(product.sku, {}) if part in parts]
    return max([product.min_age, *made_of])
