"""Orders that have been sent, and what providers and carriers tell of them later: for tests in their own thread."""

import json
import time
from typing import Any

from canonical.order import Order
from process_apis.orders import returning
from process_apis.orders.models import Payment, PaymentMovement
from process_apis.returns.models import CreditMemo, Refund, RefundState, RefundWay, Return, ReturnState
from retail_platform.kernel import clock
from system_apis.connections.models import Connection
from system_apis.inbox import services as inbox
from tests.factories import an_order
from tests.playing import AT_ONCE_MS, Play

NUMBER = "W-1001"


def sent(play: Play, order: Order | None = None, *, parcels: int = 1) -> Payment:
    """An order that was placed, sent and paid: its first tender."""
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS)
    placed = play.place(order or an_order())
    play.go()
    play.parcels_leave(placed.number, count=parcels)
    play.go()
    payment = Payment.objects.filter(order=placed).first()
    assert payment is not None
    return payment


def told(kind: str, topic: str, fact: str, body: Any) -> None:
    """A webhook comes in, signed by whoever may."""
    inbox.receive(
        connection=Connection.objects.get(code=kind), event_id=f"evt-{time.monotonic_ns()}", topic=topic,
        fact_name=fact, raw=json.dumps(body).encode(), headers={}, now=clock.now(),
    )  # fmt: skip


def told_of_dispute(play: Play, about: dict[str, Any], *, go: bool = True) -> None:
    """The provider tells how a chargeback stands."""
    topic = "charge.dispute.closed" if about["status"] in ("won", "lost") else "charge.dispute.created"
    event = {"id": "e", "type": topic, "created": int(time.time()), "data": {"object": about}}
    told("payments", topic, "payments.dispute_reported", event)
    if go:
        play.go()


def dispute(play: Play, payment: Payment, **wish: Any) -> dict[str, Any]:
    """The customer's bank takes the first capture back, and we hear of it."""
    taken = PaymentMovement.objects.filter(payment=payment, kind="capture").earliest("id")
    about = play.sandbox.control("POST", "/payments/disputes", {"capture": taken.provider_reference, **wish})
    told_of_dispute(play, about)
    return dict(about)


def decide(play: Play, about: dict[str, Any], *, won: bool) -> None:
    """The bank decides, and we hear of it."""
    told_of_dispute(play, play.sandbox.control("POST", "/payments/decisions", {"dispute": about["id"], "won": won}))


def a_refund(payment: Payment, *, minor: int, state: str = RefundState.PENDING, reference: str = "") -> Refund:
    """A credited return of this order with one refund, as the book has it; nothing is booked or sent for it."""
    order = payment.order
    if state in (RefundState.PENDING, RefundState.HELD):
        returning.claim(payment, minor=minor)
    parent = Return.objects.create(
        number=f"R{time.monotonic_ns()}", key=f"k{time.monotonic_ns()}", state=ReturnState.CREDITED,
        channel=order.channel, order_number=order.number, currency=order.currency, total_minor=minor,
        requested_at=clock.now(),
    )  # fmt: skip
    memo = CreditMemo.objects.create(
        number=f"CM-{parent.number}", key=parent.number, parent=parent, order_number=order.number,
        currency=order.currency, net_minor=minor, tax_minor=0, total_minor=minor,
    )  # fmt: skip
    return Refund.objects.create(
        key=f"{parent.number}:1", parent=parent, memo=memo, order_number=order.number, payment=payment.position,
        way=RefundWay.ORIGINAL, amount_minor=minor, currency=order.currency, state=state,
        provider_reference=reference, done_at=clock.now() if state == RefundState.DONE else None,
    )  # fmt: skip
