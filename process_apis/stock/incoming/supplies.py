"""Goods that are ordered for a node or on their way there, as the system that owns that word tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from process_apis.catalog.models import Node, Product
from process_apis.stock.models import StockOwner, Supply
from process_apis.stock.services import tell
from retail_platform.kernel.problem import Unprocessable


@dataclass(frozen=True, slots=True)
class Told:
    """What `reference` (a purchase order) still brings; none means that it brings nothing more."""

    reference: str
    kind: str
    sku: str
    node: str
    units: int
    due_on: date | None
    confidence_percent: int
    source: str


@transaction.atomic
def take(supplies: Sequence[Told]) -> int:
    """Write them all, or none. The latest word counts. Returns how many stand. Raises Unprocessable naming each field.

    Only the owner of the state in that kind of node may say so.
    """
    _refuse_strange(supplies)
    for each in sorted(supplies, key=lambda told: (told.reference, told.kind, told.sku, told.node)):
        if each.units:
            Supply.objects.update_or_create(
                reference=each.reference, kind=each.kind, sku=each.sku, node=each.node,
                defaults={"units": each.units, "due_on": each.due_on, "source": each.source,
                          "confidence_percent": each.confidence_percent},
            )  # fmt: skip
        else:
            Supply.objects.filter(reference=each.reference, kind=each.kind, sku=each.sku, node=each.node).delete()
    tell({each.sku for each in supplies}, aggregate=f"stock:supply:{supplies[0].reference}")
    return sum(bool(each.units) for each in supplies)


def _refuse_strange(supplies: Sequence[Told]) -> None:
    products = set(Product.objects.filter(sku__in={s.sku for s in supplies}).values_list("sku", flat=True))
    kinds = dict(Node.objects.filter(code__in={s.node for s in supplies}).values_list("code", "kind"))
    owners = {(owner.node_kind, owner.state): owner.source for owner in StockOwner.objects.all()}
    errors = []
    for n, each in enumerate(supplies):
        owner = owners.get((kinds.get(each.node, ""), each.kind), "")
        if each.sku not in products:
            errors.append({"pointer": f"/supplies/{n}/sku", "detail": f"There is no product {each.sku}."})
        elif each.node not in kinds:
            errors.append({"pointer": f"/supplies/{n}/node", "detail": f"There is no node {each.node}."})
        elif each.source != owner:
            said = f"{each.kind} in a {kinds[each.node]} is told by {owner or 'nobody'}, not by {each.source}."
            errors.append({"pointer": f"/supplies/{n}/source", "detail": said})
    if errors:
        raise Unprocessable("Correct what errors name; nothing was written.", errors=errors)
