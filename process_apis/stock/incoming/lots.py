"""Which lots lie in a node, as the owner of the goods there tells it: what channels see leaves out the short-dated."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from process_apis.catalog.models import Node, Product
from process_apis.stock.models import Lot, StockOwner
from process_apis.stock.services import tell
from retail_platform.kernel import clock
from retail_platform.kernel.problem import Unprocessable


@dataclass(frozen=True, slots=True)
class ToldLot:
    """How much of a lot lies in a node; none means that it is gone."""

    sku: str
    node: str
    lot: str
    units: int
    expires_on: date | None
    source: str


@transaction.atomic
def take(lots: Sequence[ToldLot]) -> int:
    """Write them all, or none; the latest word counts. Returns how many stand. Raises Unprocessable by field."""
    _refuse_strange(lots)
    now = clock.now()
    for each in sorted(lots, key=lambda told: (told.sku, told.node, told.lot)):
        if each.units:
            said = {"units": each.units, "expires_on": each.expires_on, "source": each.source, "updated_at": now}
            Lot.objects.update_or_create(sku=each.sku, node=each.node, lot=each.lot, defaults=said)
        else:
            Lot.objects.filter(sku=each.sku, node=each.node, lot=each.lot).delete()
    tell({each.sku for each in lots}, aggregate=f"stock:lots:{lots[0].node}")
    return sum(bool(each.units) for each in lots)


def seen(*, nodes: Collection[str], sku: str | None = None, node: str | None = None) -> QuerySet[Lot]:
    """Lots to page through; `nodes` are those a caller may see, none of them named means all."""
    rows = Lot.objects.filter(**{name: value for name, value in (("sku", sku), ("node", node)) if value})
    return rows.filter(node__in=nodes) if nodes else rows


def _refuse_strange(lots: Sequence[ToldLot]) -> None:
    products = set(Product.objects.filter(sku__in={each.sku for each in lots}).values_list("sku", flat=True))
    kinds = dict(Node.objects.filter(code__in={each.node for each in lots}).values_list("code", "kind"))
    owners = dict(StockOwner.objects.filter(state="on_hand").values_list("node_kind", "source"))
    errors = []
    for n, each in enumerate(lots):
        owner = owners.get(kinds.get(each.node, ""), "")
        if each.sku not in products:
            errors.append({"pointer": f"/lots/{n}/sku", "detail": f"There is no product {each.sku}."})
        elif each.node not in kinds:
            errors.append({"pointer": f"/lots/{n}/node", "detail": f"There is no node {each.node}."})
        elif each.source != owner:
            said = f"What lies in a {kinds[each.node]} is told by {owner or 'nobody'}, not by {each.source}."
            errors.append({"pointer": f"/lots/{n}/source", "detail": said})
    if errors:
        raise Unprocessable("Correct what errors name; nothing was written.", errors=errors)
