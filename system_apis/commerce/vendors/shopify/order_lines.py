"""The lines of a Shopify order: what is still on it, what it costs, and which of our skus it is."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from canonical.money import Money, total
from canonical.order import OrderLine
from system_apis.commerce.vendors.shopify.reading import Reading, objects, text

SkusOf = Callable[[Collection[str]], Mapping[str, str]]
"""Crosses Shopify's variant ids to our skus; what nobody has linked is left out."""
_OUR_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/\-]{0,63}")


def read_lines(payload: Mapping[str, Any], reading: Reading, *, skus_of: SkusOf) -> tuple[OrderLine, ...]:
    """All lines with something left on them. What is wrong with any of them goes into `reading`."""
    items = [item for item in objects(payload.get("line_items")) if _units_left(item, reading) > 0]
    if not items:
        reading.wrong.append("line_items: no line has anything left on it, so there is nothing to send")
    skus, promotions = _skus(items, reading, skus_of), _promotions(payload)
    return tuple(_line(item, skus[place], reading, promotions) for place, item in enumerate(items) if skus[place])


def was_edited(payload: Mapping[str, Any]) -> bool:
    """Whether lines were taken away after the sale; then only the "current" amounts speak of what is left."""
    items = objects(payload.get("line_items"))
    return any(item.get("current_quantity", item.get("quantity")) != item.get("quantity") for item in items)


def _units_left(item: Mapping[str, Any], reading: Reading) -> int:
    return reading.units(item.get("current_quantity", item.get("quantity")), f"quantity of {_name(item)}")


def _skus(items: list[Mapping[str, Any]], reading: Reading, skus_of: SkusOf) -> list[str]:
    """The sku of each line: its own if it is one of ours in shape, else by the link of its variant."""
    own = [text(item.get("sku"), 255) for item in items]
    unclear = [str(item["variant_id"]) for sku, item in zip(own, items, strict=True) if _to_cross(sku, item)]
    linked = skus_of(unclear) if unclear else {}
    skus = []
    for sku, item in zip(own, items, strict=True):
        found = sku if _OUR_SKU.fullmatch(sku) else linked.get(str(item.get("variant_id")), "")
        if not found:
            reading.wrong.append(_no_sku(sku, item))
        skus.append(found)
    return skus


def _to_cross(sku: str, item: Mapping[str, Any]) -> bool:
    return not _OUR_SKU.fullmatch(sku) and item.get("variant_id") is not None


def _no_sku(sku: str, item: Mapping[str, Any]) -> str:
    variant = item.get("variant_id")
    has = f"has the sku {sku[:64]!r}, which we cannot use" if sku else "has no sku"
    if variant is None:
        return f"{_name(item)} {has} and no variant: give it a variant with a sku in Shopify"
    return f"{_name(item)} {has}: link variant {variant} to one of our skus, or set the sku in Shopify"


def _line(item: Mapping[str, Any], sku: str, reading: Reading, promotions: Sequence[str]) -> OrderLine:
    name, bought = _name(item), reading.units(item.get("quantity"), f"quantity of {_name(item)}")
    left = item.get("current_quantity", bought)
    discount = _discount(item, name, reading)
    taxes = [reading.money(tax.get("price"), f"tax of {name}") for tax in objects(item.get("tax_lines"))]
    tax = total(taxes, currency=reading.currency) if "tax_lines" in item else None
    if left < bought:  # part of the line was taken away: its share of discount and tax went along
        discount = discount.split([left, bought - left])[0]
        tax = tax.split([left, bought - left])[0] if tax else tax
    return OrderLine.model_construct(
        line_id=str(item.get("id")),
        sku=sku,
        title=text(item.get("title")),
        quantity=left,
        unit_price=reading.money(item.get("price"), f"price of {name}"),
        discount=discount,
        tax=tax,
        promotion=_promotion(item, promotions),
    )


def _promotions(payload: Mapping[str, Any]) -> list[str]:
    """What each of the order's discounts is called: the code that was typed, or the title of an automatic one."""
    applications = objects(payload.get("discount_applications"))
    return [text(each.get("code"), 64) or text(each.get("title"), 64) for each in applications]


def _promotion(item: Mapping[str, Any], promotions: Sequence[str]) -> str:
    """The one promotion that all of the line's discount is of; of several, or none that is named, "" ."""
    found = {share.get("discount_application_index") for share in objects(item.get("discount_allocations"))}
    place = found.pop() if len(found) == 1 else None
    return promotions[place] if isinstance(place, int) and 0 <= place < len(promotions) else ""


def _discount(item: Mapping[str, Any], name: str, reading: Reading) -> Money:
    """The line's share of every discount. Shops from before allocations say one sum for the line."""
    if "discount_allocations" not in item:
        return reading.money(item.get("total_discount", "0"), f"discount of {name}")
    shares = objects(item["discount_allocations"])
    return total(
        [reading.money(share.get("amount"), f"discount of {name}") for share in shares], currency=reading.currency
    )


def _name(item: Mapping[str, Any]) -> str:
    return f"line {text(item.get('id'), 32)} ({text(item.get('title'), 80) or 'untitled'})"
