"""Units that came back after they were sent: the shop is told, and gives back what it took itself."""

from decimal import Decimal
from typing import Any

from system_apis.sandbox.asked import Asked, Reply
from system_apis.sandbox.commerce import order_of, refuse
from system_apis.sandbox.routes import Route, kept_by_key
from system_apis.sandbox.world import World


class TooManyBack(Exception):
    """More units would come back than were sent."""


def refund(world: World, asked: Asked) -> Reply:
    order, wish = order_of(world, asked), asked.body().get("refund")
    if not isinstance(wish, dict) or not isinstance(wish.get("line_items"), list):
        raise refuse(422, "refund", "name line_items, and how many units of each")
    units = {str(line.get("id")): int(line.get("quantity") or 0) for line in wish["line_items"]}
    try:
        made = give_back(
            world, asked, order, units, amount=str(wish.get("amount") or "0"), note=str(wish.get("note") or ""),
            key=asked.headers["idempotency-key"],
        )  # fmt: skip
    except TooManyBack as wrong:
        raise refuse(422, "line_items", str(wrong)) from wrong
    return Reply(201, {"refund": made})


def give_back(
    world: World, asked: Asked, order: dict[str, Any], units: dict[str, int], *, amount: str, note: str, key: str
) -> dict[str, Any]:
    """Keep a refund of units that were sent, whichever way it was told. Raises TooManyBack."""
    name = str(order["id"])
    sent, back = world.store.get("commerce.shipped", name) or {}, dict(world.store.get("commerce.returned", name) or {})
    for line_id, count in units.items():
        back[line_id] = back.get(line_id, 0) + count
        if count < 1 or back[line_id] > sent.get(line_id, 0):
            raise TooManyBack(f"line {line_id}: {sent.get(line_id, 0)} were sent, {back[line_id]} would come back")
    number = world.store.next_number("commerce.refunds")
    made = {
        "id": f"gid://shopify/Refund/{number}", "number": number, "order_id": order["id"], "note": note,
        "amount": str(Decimal(amount)),
    }  # fmt: skip
    world.store.put("commerce.returned", name, back)
    world.store.put("commerce.refunds", made["id"], made)
    world.effect(
        asked, system="commerce", operation="refund", key=key, reference=made["id"],
        subject=str(order.get("name", "")), amount=made["amount"], currency=order.get("currency"),
    )  # fmt: skip
    return made


ROUTES = [Route("POST", "/commerce/orders/{id}/refunds", "refund", kept_by_key(refund, refuse=refuse))]
