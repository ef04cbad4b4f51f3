"""A later version of an order: whether it is one, and what it changes, in words."""

from datetime import datetime

from canonical.order import Order

ADDRESS = "the delivery address is another"


def is_later(version: str, *, than: str) -> bool:
    """Is this version of an order the younger one? Of versions that are no instants only "another" can be told."""
    try:
        return datetime.fromisoformat(version) > datetime.fromisoformat(than)
    except (ValueError, TypeError):
        return version != than


def changes(before: Order, after: Order) -> list[str]:
    """What of an agreement is different in its later version, in words; states and wording do not count."""
    old, new = ({line.line_id: line for line in order.lines} for order in (before, after))
    found = []
    for line_id in dict.fromkeys([*old, *new]):
        had, has = old.get(line_id), new.get(line_id)
        if had is None or has is None:
            found.append(f"line {line_id} was {'added' if had is None else 'removed'}")
        elif (had.sku, had.quantity, had.net) != (has.sku, has.quantity, has.net):
            found.append(
                f"line {line_id} was {had.quantity} x {had.sku} for {had.net.text}, "
                f"is {has.quantity} x {has.sku} for {has.net.text}"
            )
    if before.total != after.total:
        found.append(f"total was {before.total}, is {after.total}")
    if before.ship_to != after.ship_to:
        found.append(ADDRESS)
    return found


def beyond_fewer(before: Order, after: Order) -> list[str]:
    """What a later version changes beyond taking units away, in words: that much is no cancellation."""
    old, new = ({line.line_id: line for line in order.lines} for order in (before, after))
    found = [f"line {line_id} was added" for line_id in new if line_id not in old]
    for line_id in old.keys() & new.keys():
        had, has = old[line_id], new[line_id]
        if had.sku != has.sku or had.unit_price != has.unit_price:
            found.append(
                f"line {line_id} was {had.sku} at {had.unit_price.text}, is {has.sku} at {has.unit_price.text}"
            )
        elif has.quantity > had.quantity:
            found.append(f"line {line_id} was {had.quantity} x {had.sku}, is {has.quantity} x {has.sku}")
    if before.ship_to != after.ship_to:
        found.append(ADDRESS)
    return sorted(found)
