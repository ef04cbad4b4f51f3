"""Send another product instead of one that is missing, on a line of its own, at what was agreed or less."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from canonical.order import Address
from process_apis.catalog import queries as catalog
from process_apis.fulfilment import decisions
from process_apis.fulfilment.services import Part
from process_apis.orders import services as orders
from process_apis.orders.models import Order, OrderLine
from process_apis.sourcing import services as sourcing
from process_apis.stock.services import Demand
from retail_platform.kernel.problem import DomainError

Move = Callable[..., None]


def substitute(order: Order, part: Part, *, sku: str, now: datetime, move: Move) -> list[Part]:
    """Put units of a line onto a new one of the other product. Returns what nodes are to send; nothing if it cannot be.

    It has to be taxed alike, and not to cost more than what is missing; a part of a bundle has no substitute. The line
    of the shop that sold it stays known as `instead_of`.
    """
    line = order.lines.get(line_id=part.line_id)
    products = catalog.products({line.sku, sku})
    first, other = products.get(line.sku), products.get(sku)
    alike = first and other and (first.currency, other.tax_code) == (other.currency, line.tax_code)
    if part.sku != line.sku or not first or not other or not alike or other.price_minor > first.price_minor:
        return []
    made = _line(order, line, units=part.units, sku=sku)
    choice = sourcing.source(
        [(made.line_id, sku, part.units)], channel=order.channel, now=now, near=Address(**order.ship_to).point,
    )  # fmt: skip
    if not choice.parts:
        return []
    made.title, made.unit, made.unit_cost_minor = other.title, other.unit, other.cost_minor
    made.tax_code, made.cost_currency = other.tax_code, other.currency
    terms = decisions.instead(
        unit_price_minor=line.unit_price_minor, discount_minor=line.discount_minor, tax_minor=line.tax_minor or 0,
        taxes_included=order.taxes_included, quantity=line.quantity,
        before=line.quantity - line.cancelled - part.units, units=part.units, substitute_price_minor=other.price_minor,
    )  # fmt: skip
    made.unit_price_minor, made.discount_minor = terms.unit_price_minor, terms.discount_minor
    made.promotion = line.promotion
    made.tax_minor = None if line.tax_minor is None else terms.tax_minor
    try:
        with transaction.atomic():
            move(order, part, to=[Demand(*each) for each in choice.parts])
            OrderLine.objects.filter(id=line.id).update(cancelled=F("cancelled") + part.units)
            made.save()
    except DomainError:  # another basket was faster since we looked
        return []
    orders.tell(
        order, "order.line_substituted", line_id=made.line_id, sku=sku, units=part.units, instead_of=line.line_id
    )
    return [Part(*each) for each in choice.parts]


def _line(order: Order, line: OrderLine, *, units: int, sku: str) -> OrderLine:
    taken = {each.line_id for each in order.lines.all()}
    sold = line.sold_as
    line_id = next(f"{sold}-{n}" for n in range(2, 600) if f"{sold}-{n}" not in taken)
    position = max(each.position for each in order.lines.all()) + 1
    return OrderLine(
        order=order, line_id=line_id, position=position, sku=sku, quantity=units, kind=line.kind,
        revenue=line.revenue, min_age=line.min_age, instead_of=sold,
    )  # fmt: skip
