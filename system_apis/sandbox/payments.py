"""The payment provider: holds, captures, voids and refunds in minor units, in Stripe's manner. Keeps idempotency keys.

It never takes more than it holds, and never gives back more than it took.
"""

from datetime import timedelta
from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply, need
from system_apis.sandbox.routes import Handler, Route, kept_by_key
from system_apis.sandbox.world import World

HOLD_DAYS = 7
DECLINES = {"tok_declined": "generic_decline", "tok_insufficient_funds": "insufficient_funds", "tok_expired": "expired"}


def refuse(status: int, code: str, message: str) -> Refusal:
    kind = "idempotency_error" if code.startswith("idempotency") else "invalid_request_error"
    return Refusal(status, {"error": {"type": kind, "code": code, "message": message}})


def field_missing(name: str) -> Refusal:
    return refuse(400, "parameter_invalid", f"{name} is missing or is not what it should be.")


def _amount(body: dict[str, Any], *, most: int, code: str) -> int:
    amount: int = need(body, "amount", int, field_missing)
    if amount <= 0:
        raise field_missing("amount")
    if amount > most:
        raise refuse(400, code, f"{amount} is more than the {most} that are left.")
    return amount


def _hold(world: World, asked: Asked) -> dict[str, Any]:
    found = world.store.get("payments.authorizations", asked.named["id"])
    if found is None:
        raise refuse(404, "resource_missing", f"No such authorization: {asked.named['id']}")
    return dict(found)


def authorize(world: World, asked: Asked) -> Reply:
    body = asked.body()
    amount, currency = _amount(body, most=10**12, code="amount_too_large"), need(body, "currency", str, field_missing)
    order, token = need(body, "order", str, field_missing), need(body, "payment_method", str, field_missing)
    if decline := DECLINES.get(token):
        message = "Your card was declined."
        return Reply(
            402, {"error": {"type": "card_error", "code": "card_declined", "decline_code": decline, "message": message}}
        )
    hold = {
        "id": f"au_{world.store.next_number('payments.authorizations'):08d}",
        "object": "authorization",
        "status": "requires_capture",
        "amount": amount,
        "currency": currency,
        "order": order,
        "amount_captured": 0,
        "amount_voided": 0,
        "expires_at": int((world.now() + timedelta(days=HOLD_DAYS)).timestamp()),
    }
    world.store.put("payments.authorizations", hold["id"], hold)
    _log(world, asked, "authorize", hold, amount)
    return Reply(201, hold)


def capture(world: World, asked: Asked) -> Reply:
    hold = _hold(world, asked)
    if hold["status"] == "canceled":
        raise refuse(409, "authorization_voided", "This authorization was let go.")
    amount = _amount(asked.body(), most=hold["amount"] - hold["amount_captured"], code="amount_too_large")
    taken = hold["amount_captured"] + amount
    hold |= {"amount_captured": taken, "status": "succeeded" if taken == hold["amount"] else "requires_capture"}
    movement = _movement(world, "ch", "capture", hold, amount) | {"authorization": hold["id"], "amount_refunded": 0}
    world.store.put("payments.authorizations", hold["id"], hold)
    return _made(world, asked, movement)


def void(world: World, asked: Asked) -> Reply:
    hold = _hold(world, asked)
    left = hold["amount"] - hold["amount_captured"]
    if hold["status"] == "canceled" or left == 0:
        raise refuse(409, "nothing_to_void", f"Nothing is held any more: the authorization is {hold['status']}.")
    hold |= {"status": "canceled", "amount_voided": left}
    world.store.put("payments.authorizations", hold["id"], hold)
    return _made(world, asked, _movement(world, "vo", "void", hold, left) | {"authorization": hold["id"]})


def refund(world: World, asked: Asked) -> Reply:
    body = asked.body()
    name = need(body, "capture", str, field_missing)
    found = world.store.get("payments.movements", name)
    if found is None or found["object"] != "capture":
        raise refuse(404, "resource_missing", f"No such capture: {name}")
    amount = _amount(body, most=found["amount"] - found["amount_refunded"], code="charge_already_refunded")
    world.store.put("payments.movements", name, {**found, "amount_refunded": found["amount_refunded"] + amount})
    return _made(world, asked, _movement(world, "re", "refund", found, amount) | {"capture": name})


def by_key(world: World, asked: Asked) -> Reply:
    kept = world.store.get("payments.keys", asked.query.get("idempotency_key", ""))
    return Reply(200, {"object": "list", "data": [kept["body"]] if kept and kept["status"] < 300 else []})


def authorization(world: World, asked: Asked) -> Reply:
    return Reply(200, _hold(world, asked))


def _movement(world: World, prefix: str, kind: str, of: dict[str, Any], amount: int) -> dict[str, Any]:
    name = f"{prefix}_{world.store.next_number('payments.' + kind):08d}"
    return {
        "id": name,
        "object": kind,
        "status": "succeeded",
        "amount": amount,
        "currency": of["currency"],
        "order": of["order"],
    }


def _made(world: World, asked: Asked, movement: dict[str, Any]) -> Reply:
    world.store.put("payments.movements", movement["id"], movement)
    _log(world, asked, movement["object"], movement, movement["amount"])
    event_id = f"evt_{world.store.next_number('payments.events'):08d}"
    topic = f"{movement['object']}.succeeded"
    event = {
        "id": event_id,
        "object": "event",
        "type": topic,
        "created": int(world.now().timestamp()),
        "data": {"object": movement},
    }
    world.webhooks.add(system="payments", topic=topic, event_id=event_id, body=Reply(200, event).encoded().decode())
    return Reply(201, movement)


def _log(world: World, asked: Asked, operation: str, made: dict[str, Any], amount: int) -> None:
    world.effect(
        asked,
        system="payments",
        operation=operation,
        key=asked.headers["idempotency-key"],
        reference=made["id"],
        subject=made["order"],
        amount=amount,
        currency=made["currency"],
    )


def _kept(handler: Handler) -> Handler:
    return kept_by_key(handler, refuse=refuse)


ROUTES = [
    Route("POST", "/payments/authorizations", "authorize", _kept(authorize)),
    Route("GET", "/payments/authorizations/{id}", "get_authorization", authorization),
    Route("POST", "/payments/authorizations/{id}/capture", "capture", _kept(capture)),
    Route("POST", "/payments/authorizations/{id}/void", "void", _kept(void)),
    Route("POST", "/payments/refunds", "refund", _kept(refund)),
    Route("GET", "/payments/operations", "find_by_key", by_key),
]
