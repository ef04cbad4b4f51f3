"""Holds and movements, from and to the shape of the pretend provider: minor units, lower-case words, epoch seconds."""

from datetime import UTC, datetime
from typing import Any, Literal

from canonical.money import Money
from canonical.payment import Authorization, MovementKind, PaymentMovement, PaymentRequest
from system_apis.errors import ContractBroken
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, meaning, read


class _Hold(Shape):
    id: str
    object: Literal["authorization"]
    status: Literal["requires_capture", "succeeded", "canceled"]
    amount: int
    currency: str
    expires_at: int


class _Movement(Shape):
    id: str
    object: Literal["capture", "refund", "void"]
    status: Literal["succeeded"]
    amount: int
    currency: str


class Made(Shape):
    """The list a look-up by key answers: nothing, or the one thing made."""

    data: list[dict[str, Any]]


def to_authorization(request: PaymentRequest) -> dict[str, Any]:
    """What the provider wants to know of a hold."""
    return {"order": request.order_number, "payment_method": request.token, **to_amount(request.amount)}


def to_amount(amount: Money) -> dict[str, Any]:
    return {"amount": amount.minor, "currency": amount.currency}


def read_authorization(answer: Answer, *, asked: Money) -> Authorization:
    """The hold. Raises ContractBroken, also for another amount or currency than was asked."""
    hold = read(_Hold, answer)
    with meaning("the authorization", evidence=answer.evidence):
        amount = _same(Money(minor=hold.amount, currency=hold.currency), asked, answer)
        expires_at = datetime.fromtimestamp(hold.expires_at, tz=UTC)
        return Authorization(reference=_named(hold.id, answer), amount=amount, expires_at=expires_at)


def read_movement(answer: Answer, *, kind: MovementKind, asked: Money | None) -> PaymentMovement:
    """The movement. Raises ContractBroken, also for another kind, amount or currency than was asked."""
    movement = read(_Movement, answer)
    if movement.object != kind:
        raise ContractBroken(f"object: we asked for a {kind}, this is a {movement.object}", evidence=answer.evidence)
    with meaning(f"the {kind}", evidence=answer.evidence):
        amount = Money(minor=movement.amount, currency=movement.currency)
    amount = _same(amount, asked or amount, answer)
    if amount.minor <= 0:
        raise ContractBroken(f"amount: a {kind} of {amount.text} {amount.currency}", evidence=answer.evidence)
    return PaymentMovement(kind=kind, reference=_named(movement.id, answer), amount=amount)


def _same(said: Money, asked: Money, answer: Answer) -> Money:
    if said != asked:
        told = f"amount: we asked for {asked.text} {asked.currency}, it says {said.text} {said.currency}"
        raise ContractBroken(told, evidence=answer.evidence)
    return said


def _named(name: str, answer: Answer) -> str:
    if not name:
        raise ContractBroken("id: it is empty", evidence=answer.evidence)
    return name
