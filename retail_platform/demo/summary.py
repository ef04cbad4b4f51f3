"""What the day came to, in words: where orders came in, and from where they were sent."""

from collections import Counter
from collections.abc import Mapping

from canonical.product import NodeKind
from process_apis.catalog.models import Node
from process_apis.orders.models import Order, OrderEvent, Parcel

DESK_NAME = "service desk"
_SENT_BY: Mapping[str, str] = {
    NodeKind.WAREHOUSE: "from warehouses", NodeKind.STORE: "from stores", NodeKind.DROP_SHIP: "by a maker",
    NodeKind.THIRD_PARTY: "by a partner's warehouse",
}  # fmt: skip
_MISSING = {
    "resource": "missing, and sent by another place", "substitute": "missing, and something like it sent",
    "backorder": "missing, and sent later", "cancel": "missing, and taken off",
}  # fmt: skip


def told() -> list[str]:
    """A line for each."""
    parts = (("placed", by_channel()), ("sent", how_sent()))
    return [f"{title}: {', '.join(f'{count} {name}' for name, count in found.items())}" for title, found in parts]


def by_channel() -> dict[str, int]:
    """How many orders came in where, the most first."""
    found: Counter[str] = Counter()
    for channel, placed_by, sold_at in Order.objects.values_list("channel", "placed_by", "sold_at"):
        found[DESK_NAME if placed_by and not sold_at else channel] += 1
    return dict(found.most_common())


def how_sent() -> dict[str, int]:
    """How many parcels were sent from which kind of place, and what became of units that were missing at picking."""
    kinds = dict(Node.objects.values_list("code", "kind"))
    found: Counter[str] = Counter(
        _SENT_BY.get(kinds.get(node, ""), "from elsewhere") for node in Parcel.objects.values_list("node", flat=True)
    )
    missing = OrderEvent.objects.filter(name="order.line_missing")
    for outcome in missing.values_list("detail__outcome", flat=True):
        found[_MISSING.get(outcome, "missing, and asked about at the desk")] += 1
    return dict(found.most_common())
