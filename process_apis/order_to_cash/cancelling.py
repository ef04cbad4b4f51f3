"""What can be cancelled, and what is to be given back for it. Pure: values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from process_apis.order_to_cash.decisions import amounts


@dataclass(frozen=True, slots=True)
class Promise:
    """What a node is to send of a line: units that have not left of those promised; `free` if it can be stopped."""

    line_id: str
    sku: str
    node: str
    left: int
    promised: int
    free: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A line and how many of its units remain ordered."""

    price_minor: int
    discount_minor: int
    tax_minor: int
    quantity: int
    kept: int


def grant(
    wanted: Mapping[str, int], *, open_units: Mapping[str, int], ordered: Mapping[str, int], promises: Sequence[Promise]
) -> tuple[dict[str, int], list[tuple[str, str, str, int]]]:
    """How many units of each line can be cancelled, and which promises go with them: (line_id, sku, node, units).

    `ordered` is what remains ordered of each line; a bundle's line has several parts to each of its units, and is
    cancelled in whole bundles. A line that nothing is promised to yet is cancelled as asked.
    """
    found: dict[str, int] = {}
    parts: list[tuple[str, str, str, int]] = []
    for line_id, count in wanted.items():
        mine = [promise for promise in promises if promise.line_id == line_id]
        units = min(count, open_units[line_id])
        per_unit = {
            sku: sum(p.promised for p in mine if p.sku == sku) // ordered[line_id] for p in mine for sku in [p.sku]
        }
        for sku, each in per_unit.items():
            free = sum(p.left for p in mine if p.sku == sku and p.free)
            units = min(units, free // each if each else units)
        if units <= 0:
            continue
        found[line_id] = units
        for sku, each in per_unit.items():
            needed = units * each
            for promise in (p for p in mine if p.sku == sku and p.free and p.left):
                takes = min(needed, promise.left)
                if takes:
                    parts.append((line_id, sku, promise.node, takes))
                    needed -= takes
    return found, parts


def nodes_to_ask(wanted: Mapping[str, int], *, promises: Sequence[Promise]) -> list[str]:
    """Which nodes may have to stop something, those first that need not be asked for it."""
    mine = [promise for promise in promises if promise.line_id in wanted and promise.left]
    return list(dict.fromkeys(promise.node for promise in sorted(mine, key=lambda p: (not p.free, p.node))))


def due(lines: Sequence[Kept], *, taxes_included: bool, shipping_minor: int) -> int:
    """What an order comes to for the units that remain, to the cent as its parcels will bill them.

    Shipping is earned while anything is sent.
    """
    total = 0
    for line in lines:
        money = amounts.line_money(
            price_minor=line.price_minor,
            discount_minor=line.discount_minor,
            tax_minor=line.tax_minor,
            taxes_included=taxes_included,
        )
        kept = amounts.part_of(money, of=line.quantity, before=0, now=line.kept)
        total += kept.net_minor - kept.discount_minor + kept.tax_minor
    return total + (shipping_minor if any(line.kept for line in lines) else 0)


def too_much(due_minor: int, *, tenders: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    """What is to be given back to each tender: `tenders` are (id, amount, what is taken and not given back), as drawn.

    The first tenders pay what remains, so money goes back to those that would have paid last.
    """
    back: dict[int, int] = {}
    for tender, amount, taken in tenders:
        needed = min(amount, due_minor)
        due_minor -= needed
        if taken > needed:
            back[tender] = taken - needed
    return back
