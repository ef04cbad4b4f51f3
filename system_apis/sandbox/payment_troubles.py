"""What a payment provider tells of later: chargebacks opened, won and lost, and refunds that nobody could take."""

from datetime import timedelta
from typing import Any

from system_apis.sandbox.asked import Asked, Reply, need
from system_apis.sandbox.payments import field_missing, refuse
from system_apis.sandbox.routes import Route, kept_by_key
from system_apis.sandbox.world import World

FEE, ANSWER_DAYS = 1500, 7


def open_dispute(world: World, asked: Asked) -> Reply:
    """A cardholder's bank takes a capture back, or a part of it, and the provider its fee."""
    body = asked.body()
    taken = _movement(world, need(body, "capture", str, field_missing), "capture")
    amount = int(body.get("amount") or taken["amount"])
    dispute = {
        "id": f"dp_{world.store.next_number('payments.disputes'):08d}",
        "object": "dispute",
        "charge": taken["id"],
        "order": taken["order"],
        "amount": amount,
        "fee": int(body.get("fee", FEE)),
        "currency": taken["currency"],
        "reason": str(body.get("reason") or "product_not_received"),
        "status": "needs_response",
        "evidence_due_by": int((world.now() + timedelta(days=ANSWER_DAYS)).timestamp()),
    }
    _move(world, asked, dispute, "dispute", amount)
    _move(world, asked, dispute, "dispute_fee", dispute["fee"])
    _keep(world, dispute)
    _tell(world, "charge.dispute.created", dispute)
    return Reply(201, dispute)


def decide_dispute(world: World, asked: Asked) -> Reply:
    """The bank decides: won gives the money back, the fee stays."""
    body = asked.body()
    dispute = _dispute(world, need(body, "dispute", str, field_missing))
    won = bool(body.get("won"))
    if dispute["status"] in ("won", "lost"):
        raise refuse(409, "dispute_closed", f"This dispute is {dispute['status']}.")
    dispute |= {"status": "won" if won else "lost"}
    if won:
        _move(world, asked, dispute, "dispute_reversal", dispute["amount"])
    _keep(world, dispute)
    _tell(world, "charge.dispute.closed", dispute)
    return Reply(200, dispute)


def fail_refund(world: World, asked: Asked) -> Reply:
    """Nobody could take a refund: the account is closed. The money is with the provider again."""
    body = asked.body()
    refund = _movement(world, need(body, "refund", str, field_missing), "refund")
    if refund["status"] == "failed":
        raise refuse(409, "refund_failed", "This refund has failed already.")
    refund |= {"status": "failed", "failure_reason": str(body.get("reason") or "expired_or_canceled_card")}
    world.store.put("payments.movements", refund["id"], refund)
    taken = _movement(world, refund["capture"], "capture")
    left = taken["amount_refunded"] - refund["amount"]
    world.store.put("payments.movements", taken["id"], {**taken, "amount_refunded": left})
    _move(world, asked, refund, "refund_failure", refund["amount"])
    _tell(world, "refund.failed", refund)
    return Reply(200, refund)


def submit_evidence(world: World, asked: Asked) -> Reply:
    dispute = _dispute(world, asked.named["id"])
    if dispute["status"] in ("won", "lost"):
        raise refuse(409, "dispute_closed", f"This dispute is {dispute['status']}.")
    dispute |= {"status": "under_review", "evidence": need(asked.body(), "text", str, field_missing)}
    _keep(world, dispute)
    _log(world, asked, "submit_evidence", dispute, dispute["amount"])
    return Reply(200, dispute)


def _movement(world: World, name: str, kind: str) -> dict[str, Any]:
    found = world.store.get("payments.movements", name)
    if found is None or found["object"] != kind:
        raise refuse(404, "resource_missing", f"No such {kind}: {name}")
    return dict(found)


def _dispute(world: World, name: str) -> dict[str, Any]:
    found = world.store.get("payments.disputes", name)
    if found is None:
        raise refuse(404, "resource_missing", f"No such dispute: {name}")
    return dict(found)


def _keep(world: World, dispute: dict[str, Any]) -> None:
    world.store.put("payments.disputes", dispute["id"], dispute)


def _move(world: World, asked: Asked, of: dict[str, Any], kind: str, amount: int) -> None:
    """Money that moved without being asked to."""
    name = f"{kind}_{of['id']}"
    moved = {"id": name, "object": kind, "amount": amount, "currency": of["currency"], "order": of["order"]}
    world.store.put("payments.movements", name, moved)
    _log(world, asked, kind, {**of, "id": name}, amount)


def _tell(world: World, topic: str, about: dict[str, Any]) -> None:
    event_id = f"evt_{world.store.next_number('payments.events'):08d}"
    event = {
        "id": event_id,
        "object": "event",
        "type": topic,
        "created": int(world.now().timestamp()),
        "data": {"object": about},
    }
    world.webhooks.add(system="payments", topic=topic, event_id=event_id, body=Reply(200, event).encoded().decode())


def _log(world: World, asked: Asked, operation: str, of: dict[str, Any], amount: int) -> None:
    world.effect(
        asked,
        system="payments",
        operation=operation,
        key=asked.headers.get("idempotency-key") or of["id"],
        reference=of["id"],
        subject=of["order"],
        amount=amount,
        currency=of["currency"],
    )


ROUTES = [
    Route("POST", "/payments/disputes/{id}/evidence", "submit_evidence", kept_by_key(submit_evidence, refuse=refuse)),
    Route("POST", "/_control/payments/disputes", "open_dispute", open_dispute),
    Route("POST", "/_control/payments/decisions", "decide_dispute", decide_dispute),
    Route("POST", "/_control/payments/failures", "fail_refund", fail_refund),
]
