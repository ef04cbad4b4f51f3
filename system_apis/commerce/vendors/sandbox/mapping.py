"""Fulfilments, from and to the pretend shop's shape; orders.py reads what it tells us."""

from collections.abc import Mapping
from typing import Any

from canonical.money import Money
from canonical.shipment import Shipment
from system_apis.errors import ContractBroken
from system_apis.terms import VendorRef
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, read


class _Fulfillment(Shape):
    id: int
    order_id: int
    status: str
    tracking_number: str | None = None


class _Made(Shape):
    fulfillment: _Fulfillment


class _All(Shape):
    fulfillments: list[_Fulfillment]


class _Cancellation(Shape):
    id: int
    order_id: int


class _Refund(Shape):
    id: str
    order_id: int


class _Refunded(Shape):
    refund: _Refund


class _Cancelled(Shape):
    cancellation: _Cancellation


def to_fulfillment(shipment: Shipment) -> dict[str, Any]:
    """A parcel as the shop wants to hear of it."""
    return {
        "fulfillment": {
            "location": shipment.node,
            "line_items": [{"id": line.line_id, "quantity": line.quantity} for line in shipment.lines],
            "tracking_info": {"number": shipment.tracking_number, "company": shipment.carrier},
        }
    }


def to_cancellation(units: Mapping[str, int], *, whole: bool, reason: str) -> dict[str, Any]:
    """Units that will not come, or the whole order."""
    lines = [{"id": line_id, "quantity": quantity} for line_id, quantity in units.items()]
    return {"whole": whole, "reason": reason, "line_items": lines}


def to_refund(units: Mapping[str, int], *, by_shop: Money | None, reason: str) -> dict[str, Any]:
    """Units that came back, and what the shop is to give back itself."""
    lines = [{"id": line_id, "quantity": quantity} for line_id, quantity in units.items()]
    return {"refund": {"note": reason, "line_items": lines, "amount": by_shop.text if by_shop else "0"}}


def read_refunded(answer: Answer, *, order_id: str) -> VendorRef:
    """The shop's name of the refund. Raises ContractBroken when it is another order's."""
    made = read(_Refunded, answer).refund
    if str(made.order_id) != order_id:
        raise ContractBroken(f"order_id: refunded {made.order_id}, not {order_id}", evidence=answer.evidence)
    return VendorRef(str(made.id))


def read_cancelled(answer: Answer, *, order_id: str) -> VendorRef:
    """The shop's name of the cancellation. Raises ContractBroken when it is another order's."""
    made = read(_Cancelled, answer).cancellation
    if str(made.order_id) != order_id:
        raise ContractBroken(f"order_id: cancelled {made.order_id}, not {order_id}", evidence=answer.evidence)
    return VendorRef(str(made.id))


def read_made(answer: Answer, *, order_id: str) -> VendorRef:
    """The fulfilment just made. Raises ContractBroken when it is another order's, or no success."""
    made = read(_Made, answer).fulfillment
    if str(made.order_id) != order_id or made.status != "success":
        told = f"status: fulfilment {made.id} of order {made.order_id} is {made.status}"
        raise ContractBroken(told, evidence=answer.evidence)
    return VendorRef(str(made.id))


def read_found(answer: Answer, *, shipment: Shipment) -> VendorRef | None:
    """The fulfilment that carries the parcel's tracking number, if there is one."""
    for made in read(_All, answer).fulfillments:
        if shipment.tracking_number and made.tracking_number == shipment.tracking_number:
            return VendorRef(str(made.id))
    return None
