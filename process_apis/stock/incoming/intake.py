"""Where others' word about stock comes in: checked against the master data and the owner of each state, item by item.

What cannot be applied is set aside with a case, never dropped and never half applied; the caller hears of each item.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from canonical.product import NodeKind
from canonical.stock import MovementReason, StockMovement, ToldMovement
from process_apis.catalog import services as catalog
from process_apis.catalog.models import Node, Product
from process_apis.stock import services
from process_apis.stock.incoming import aside, settling, told, units
from process_apis.stock.incoming.told import Item, Outcome
from process_apis.stock.models import StockMovement as Written
from process_apis.stock.models import StockOwner

MAY_BE_NEGATIVE = {
    MovementReason.ADJUSTMENT,
    MovementReason.SALE,
    MovementReason.TRANSFER_OUT,
    MovementReason.WRITE_OFF,
}
ALWAYS_NEGATIVE = MAY_BE_NEGATIVE - {MovementReason.ADJUSTMENT}
Judgement = StockMovement | Outcome


@dataclass(frozen=True, slots=True)
class _Known:
    products: Mapping[str, str]  # sku → unit of measure
    packs: units.Packs
    nodes: Mapping[str, str]  # code → kind
    owners: Mapping[tuple[str, str], str]
    only: Collection[str]


@transaction.atomic
def take(items: Sequence[Item]) -> list[Outcome]:
    """Apply what may be applied; set the rest aside. One outcome for each item, in their order."""
    words = [_words(item) for item in items]
    return _apply(words, _judge_all(items, only=()), of="")


@transaction.atomic
def hear(movements: Sequence[ToldMovement], *, of: str) -> list[Outcome]:
    """The same for movements that came as text in a message or a file; `of` names it."""
    words = [movement.model_dump() for movement in movements]
    return _apply(words, judge(movements), of=of)


def judge(movements: Sequence[ToldMovement], *, only: Collection[str] = ()) -> list[Judgement]:
    """What of these may be applied, in the product's own unit, and why the rest may not. Nothing is written.

    `only` are the nodes that the teller may speak of; empty means all.
    """
    read = [told.read(movement) for movement in movements]
    judged = iter(_judge_all([each for each in read if isinstance(each, Item)], only=only))
    return [each if isinstance(each, Outcome) else next(judged) for each in read]


def _apply(words: Sequence[dict[str, str]], judged: Sequence[Judgement], *, of: str) -> list[Outcome]:
    good = [judgement for judgement in judged if isinstance(judgement, StockMovement)]
    told_before = set(Written.objects.filter(key__in=[each.key for each in good]).values_list("key", flat=True))
    services.move(good)
    if good:
        settling.came_right([each.key for each in good])
        catalog.heard_from({each.node for each in good})
    found, refused = [], []
    for number, (said, judgement) in enumerate(zip(words, judged, strict=True)):
        if isinstance(judgement, StockMovement):
            found.append(Outcome(judgement.key, "known" if judgement.key in told_before else "applied"))
            told_before.add(judgement.key)
        else:
            refused.append(aside.Refusal(said["key"] or f"{of}:{number}", said, judgement))
            found.append(judgement)
    aside.keep(refused, of=of)
    return found


def _judge_all(items: Sequence[Item], *, only: Collection[str]) -> list[Judgement]:
    known = _know(items, only)
    return [_judge(item, known) for item in items]


def _know(items: Sequence[Item], only: Collection[str]) -> _Known:
    skus = {item.movement.sku for item in items}
    nodes = {item.movement.node for item in items}
    return _Known(
        products=dict(Product.objects.filter(sku__in=skus).values_list("sku", "unit")),
        packs=units.packs({item.movement.sku for item in items if item.unit}),
        nodes=dict(Node.objects.filter(code__in=nodes).values_list("code", "kind")),
        owners={(owner.node_kind, owner.state): owner.source for owner in StockOwner.objects.all()},
        only=frozenset(only),
    )


def _judge(item: Item, known: _Known) -> Judgement:
    said = item.movement

    def no(rule: str, field: str, detail: str) -> Outcome:
        return Outcome(said.key, "set_aside", rule, detail, field)

    if said.sku not in known.products:
        return no("unknown-sku", "sku", f"There is no product {said.sku}; add it to the catalog, or cross the code.")
    if said.node not in known.nodes or (known.only and said.node not in known.only):
        return no("unknown-node", "node", f"There is no node {said.node}; add it to the catalog, or cross the code.")
    kind = known.nodes[said.node]
    owner = known.owners.get((kind, said.state.value))
    if owner != said.source:
        why = f"{said.state} in a {kind or NodeKind.WAREHOUSE} is written by {owner or 'nobody'}, not by {said.source}."
        return no("not-the-owner", "source", why)
    if (said.units < 0 and said.reason not in MAY_BE_NEGATIVE) or (said.units > 0 and said.reason in ALWAYS_NEGATIVE):
        return no("wrong-sign", "units", f"A {said.reason} of {said.units:+d} units cannot be; check sign and reason.")
    own = known.products[said.sku]
    if item.exact is None and item.unit in ("", own):
        return said
    if item.exact is not None and (item.unit or own) in units.WHOLE_ONLY:
        return no("fractional-units", "units", f"{item.exact} {item.unit or own} cannot be: they come whole.")
    amount = said.units if item.exact is None else item.exact
    count = units.converted(amount, given=item.unit, product=own, sku=said.sku, packs=known.packs)
    if count is None or abs(count) > 1_000_000_000:
        what = f"{amount} {item.unit}".strip()
        return no("unit-of-measure", "unit", f"{what} is no whole number of {own}, in which {said.sku} is counted.")
    return said.model_copy(update={"units": count})


def _words(item: Item) -> dict[str, str]:
    said = item.movement.model_dump(mode="json")
    return {name: "" if value is None else str(value) for name, value in said.items()} | {"unit": item.unit}
