"""Where others' word about stock comes in: checked against the master data and the owner of each state, item by item.

What cannot be applied is set aside with a case, never dropped and never half applied; the caller hears of each item.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from canonical.product import NodeKind
from canonical.stock import MovementReason, StockMovement
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog.models import Node, Product
from process_apis.stock import services
from process_apis.stock.models import SetAside, StockOwner
from process_apis.stock.models import StockMovement as Written

TO_UNITS = {"EA": 1, "C62": 1, "PR": 2, "DZN": 12}  # pieces in one; a product counted in PR is counted in pairs
MAY_BE_NEGATIVE = {
    MovementReason.ADJUSTMENT,
    MovementReason.SALE,
    MovementReason.TRANSFER_OUT,
    MovementReason.WRITE_OFF,
}
ALWAYS_NEGATIVE = MAY_BE_NEGATIVE - {MovementReason.ADJUSTMENT}


@dataclass(frozen=True, slots=True)
class Item:
    """One movement as it was told: how much, in which unit of measure."""

    movement: StockMovement
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """applied, known (told before) or set_aside, with the rule it breaks and what to do."""

    key: str
    outcome: str
    rule: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    products: Mapping[str, str]  # sku → unit of measure
    nodes: Mapping[str, str]  # code → kind
    owners: Mapping[tuple[str, str], str]


@transaction.atomic
def take(items: Sequence[Item]) -> list[Outcome]:
    """Apply what may be applied; set the rest aside. One outcome for each item, in their order."""
    known = _know(items)
    judged = [_judge(item, known) for item in items]
    good = [judgement for judgement in judged if isinstance(judgement, StockMovement)]
    told_before = set(Written.objects.filter(key__in=[each.key for each in good]).values_list("key", flat=True))
    services.move(good)
    found = []
    for item, judgement in zip(items, judged, strict=True):
        if isinstance(judgement, StockMovement):
            found.append(Outcome(item.movement.key, "known" if judgement.key in told_before else "applied"))
            told_before.add(judgement.key)
        else:
            _set_aside(item, judgement)
            found.append(judgement)
    return found


def converted(units: int, *, given: str, product: str) -> int | None:
    """Units in the product's own unit of measure; None where the two do not convert, or not to a whole number."""
    if given in ("", product):
        return units
    if given not in TO_UNITS or product not in TO_UNITS:
        return None
    pieces = units * TO_UNITS[given]
    return pieces // TO_UNITS[product] if pieces % TO_UNITS[product] == 0 else None


def _know(items: Sequence[Item]) -> _Known:
    skus = {item.movement.sku for item in items}
    nodes = {item.movement.node for item in items}
    return _Known(
        products=dict(Product.objects.filter(sku__in=skus).values_list("sku", "unit")),
        nodes=dict(Node.objects.filter(code__in=nodes).values_list("code", "kind")),
        owners={(owner.node_kind, owner.state): owner.source for owner in StockOwner.objects.all()},
    )


def _judge(item: Item, known: _Known) -> StockMovement | Outcome:
    said = item.movement

    def no(rule: str, detail: str) -> Outcome:
        return Outcome(said.key, "set_aside", rule, detail)

    if said.sku not in known.products:
        return no("unknown-sku", f"There is no product {said.sku}; add it to the catalog, or cross the code.")
    if said.node not in known.nodes:
        return no("unknown-node", f"There is no node {said.node}; add it to the catalog, or cross the code.")
    kind = known.nodes[said.node]
    owner = known.owners.get((kind, said.state.value))
    if owner != said.source:
        return no(
            "not-the-owner",
            f"{said.state} in a {kind or NodeKind.WAREHOUSE} is written by {owner or 'nobody'}, not by {said.source}.",
        )
    if (said.units < 0 and said.reason not in MAY_BE_NEGATIVE) or (said.units > 0 and said.reason in ALWAYS_NEGATIVE):
        return no("wrong-sign", f"A {said.reason} of {said.units:+d} units cannot be; check the sign or the reason.")
    units = converted(said.units, given=item.unit, product=known.products[said.sku])
    if units is None:
        own = known.products[said.sku]
        return no("unit-of-measure", f"{said.units} {item.unit} is no whole number of {own}, in which it is counted.")
    return said.model_copy(update={"units": units})


def _set_aside(item: Item, why: Outcome) -> None:
    said: dict[str, Any] = item.movement.model_dump(mode="json") | {"unit": item.unit}
    case = cases.open_case(
        kind=CaseKind.MAPPING if why.rule.startswith("unknown") else CaseKind.BUSINESS,
        fingerprint=f"stock.set_aside:{why.rule}:{said['source']}:{said['node']}:{said['sku']}",
        subject=f"{said['sku']}@{said['node']}",
        title=f"a movement told by {said['source']} was not applied: {why.rule}",
        detail=f"{said['key']}: {why.detail}",
        proposal="Put right what it names, then let the source tell it again; it is kept as it came.",
    )
    SetAside.objects.update_or_create(
        key=said["key"],
        rule=why.rule,
        defaults={"source": said["source"], "why": why.detail, "told": said, "case_id": case},
    )
