"""Tell what stock that changed its place or number means to its value: whoever keeps the accounts listens.

Only units are told; what one is worth is for the accounts to say. A long document is told in parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from retail_platform.kernel.outbox import services as outbox

SKUS_IN_A_FACT = 500
LONGEST = 80  # of a document's name; it becomes part of a journal entry's


@dataclass(frozen=True, slots=True)
class Worth:
    """`units` of each sku under one `document`, told once as the fact `stock.<kind>`."""

    document: str
    kind: str
    node: str
    units: Mapping[str, int]
    at: datetime


def tell(worth: Worth) -> None:
    """Write the facts, in the transaction of the change."""
    units = sorted((sku, count) for sku, count in worth.units.items() if count)
    name = _short(worth.document)
    for part, start in enumerate(range(0, len(units), SKUS_IN_A_FACT)):
        document = name if part == 0 else f"{name}#{part + 1}"
        outbox.add(
            name=f"stock.{worth.kind}",
            aggregate=f"worth:{name}",
            data={
                "document": document,
                "node": worth.node,
                "at": worth.at.isoformat(),
                "lines": [{"sku": sku, "units": count} for sku, count in units[start : start + SKUS_IN_A_FACT]],
            },
        )


def _short(document: str) -> str:
    if len(document) <= LONGEST:
        return document
    return f"{document[: LONGEST - 17]}-{sha256(document.encode()).hexdigest()[:16]}"
