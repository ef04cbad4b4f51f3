"""A part of a bundle comes back without the rest: what is kept costs what it costs on its own.

The bundle is taken back as paid, and the parts that stay are taken off at their own prices, each shown as a term. So
the unit of the bundle is used up: the parts that were kept do not come back for money a second time.
"""

from collections.abc import Sequence

from process_apis.catalog import queries as catalog
from process_apis.orders.models import Order
from process_apis.return_to_refund.decisions.allowed import Asked, Refusal

Terms = tuple[tuple[str, int], ...]


def kept(order: Order, asked: Sequence[Asked]) -> tuple[Terms, list[Refusal]]:
    """What customers keep of a bundle, as terms of the refund below zero; and what stands against such a return."""
    broken = [(place, ask) for place, ask in enumerate(asked) if ask.part]
    if not broken:
        return (), []
    place, ask = broken[0]
    skus = {line.line_id: line.sku for line in order.lines.all()}
    parts = catalog.bundles([skus.get(ask.line_id, "")]).get(skus.get(ask.line_id, ""), {})
    if ask.part not in parts:
        return (), [Refusal(place, "part", f"{ask.part} is no part of line {ask.line_id}")]
    if len(asked) > 1 or ask.units != 1 or parts[ask.part] != 1:
        why = "one part of one bundle is given back in a return of its own"
        return (), [Refusal(place, "part", why)]
    rest = {sku: units for sku, units in parts.items() if sku != ask.part}
    known = catalog.products(rest)
    if unpriced := [sku for sku in rest if sku not in known or known[sku].currency != order.currency]:
        return (), [Refusal(place, "part", f"{', '.join(unpriced)} has no price of its own in {order.currency}")]
    alone = {sku: known[sku].price_minor * units for sku, units in rest.items()}
    return tuple((f"kept: {rest[sku]} x {sku} at its own price", -minor) for sku, minor in alone.items()), []
