"""The tills: tickets in the order they arrived, read page by page. The cursor is the number of the last one seen."""

from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.routes import Route
from system_apis.sandbox.world import World

PAGE = 100


def ring_up(world: World, tickets: list[dict[str, Any]]) -> int:
    """Put tickets on the roll. Answers how many were new; a ticket number of a till is taken once."""
    new = 0
    for ticket in tickets:
        try:
            made = {
                "shop": str(ticket["store"]), "till": str(ticket["register"]), "ticketNo": str(ticket["number"]),
                "at": int(ticket.get("at") or world.now().timestamp()), "totalCents": int(ticket["total_minor"]),
                "cur": str(ticket["currency"]), "items": ticket.get("items", []),
            }  # fmt: skip
        except (KeyError, ValueError, TypeError) as wrong:
            raise Refusal(422, {"fault": "bad_ticket", "text": f"{type(wrong).__name__}: {wrong}"}) from wrong
        name = f"{made['shop']}/{made['till']}/{made['ticketNo']}"
        if world.store.get("pos.known", name) is None:
            new += 1
            world.store.put("pos.known", name, True)
            world.store.put(f"pos.{made['shop']}", str(world.store.next_number(f"pos.{made['shop']}")), made)
            world.effect(
                None,
                system="pos",
                operation="ring_up",
                key=name,
                reference=name,
                subject=name,
                amount=made["totalCents"],
                currency=made["cur"],
            )
    return new


def tickets(world: World, asked: Asked) -> Reply:
    store = asked.query.get("store", "")
    try:
        seen = int(asked.query.get("cursor") or 0)
    except ValueError as wrong:
        raise Refusal(400, {"fault": "bad_cursor", "text": "cursor is what the last page gave"}) from wrong
    last = min(int(world.store.get("numbers", f"pos.{store}") or 0), seen + PAGE)
    page = [world.store.get(f"pos.{store}", str(number)) for number in range(seen + 1, last + 1)]
    return Reply(200, {"tickets": page, "cursor": str(max(seen, last))})


ROUTES = [Route("GET", "/pos/tickets", "tickets_since", tickets)]
