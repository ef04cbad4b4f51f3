"""Cycle counts: people count some goods of a node; what they found stands, whatever the difference.

Nothing numbers the movements that people had in sight, so those that happened until the count are inside it, by time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from process_apis.catalog import services as catalog
from process_apis.catalog.models import Node, Product
from process_apis.stock.checking import counts
from process_apis.stock.checking.agreeing import Count
from retail_platform.kernel.problem import Unprocessable

SOURCE = "count"
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Found:
    """What a count of one sku changed."""

    sku: str
    counted: int
    adjusted: int


@transaction.atomic
def take(*, reference: str, node: str, units: Mapping[str, int], counted_at: datetime, now: datetime) -> list[Found]:
    """Take a count, all of it or nothing. Raises StaleCount for what was counted later already, Unprocessable."""
    _refuse_strange(node, units, counted_at, now)
    found = []
    for sku, count in sorted(units.items()):
        key = f"{SOURCE}:{reference}:{sku}"
        adjusted = counts.take_count(Count(key, sku, node, count, SOURCE, watermark=0, taken_at=counted_at))
        found.append(Found(sku, count, adjusted))
    catalog.heard_from({node})
    return found


def _refuse_strange(node: str, units: Mapping[str, int], counted_at: datetime, now: datetime) -> None:
    known = set(Product.objects.filter(sku__in=units).values_list("sku", flat=True))
    errors = [
        {"pointer": f"/lines/{n}/sku", "detail": f"There is no product {sku}."}
        for n, sku in enumerate(units)
        if sku not in known
    ]
    if not Node.objects.filter(code=node).exists():
        errors.append({"pointer": "/node", "detail": f"There is no node {node}."})
    if counted_at > now + CLOCKS_DIFFER:
        errors.append({"pointer": "/counted_at", "detail": "Nobody has counted that yet; give when it was counted."})
    if errors:
        raise Unprocessable("Correct the fields named in errors; nothing was written.", errors=errors)
