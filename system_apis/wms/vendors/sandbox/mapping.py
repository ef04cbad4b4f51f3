"""Releases, parcels and counts, from and to the pretend warehouse's snake_case."""

from typing import Any

from pydantic import Field

from canonical.shipment import ReleaseOrder, Shipment, ShipmentLine, ShortPick
from canonical.stock import StockLevel, StockSnapshot
from canonical.value import Instant
from system_apis.errors import ContractBroken
from system_apis.terms import CallKey, VendorRef
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, meaning, read, read_raw


class _Release(Shape):
    release_id: str = Field(min_length=1)
    client_ref: str
    order_no: str
    node: str
    state: str
    acknowledged: bool = False


class _ShortEvent(Shape):
    topic: str
    release_id: str = Field(min_length=1)
    order_no: str = Field(min_length=1)
    node: str = Field(min_length=1)
    reason: str = ""
    lines: list["_ParcelLine"] = Field(min_length=1)


class _Releases(Shape):
    releases: list[_Release]


class _ParcelLine(Shape):
    line_ref: str = Field(min_length=1)
    sku: str = Field(min_length=1)
    qty: int = Field(ge=1)
    serials: list[str] = []


class _Parcel(Shape):
    parcel_id: str = Field(min_length=1)
    order_no: str = Field(min_length=1)
    node: str = Field(min_length=1)
    carrier: str = ""
    tracking_no: str = ""
    dispatched_at: Instant = Field(strict=False)
    lines: list[_ParcelLine] = Field(min_length=1)


class _ParcelEvent(Shape):
    topic: str
    parcel: _Parcel


class _Parcels(Shape):
    shipments: list[_Parcel]


class _Count(Shape):
    sku: str
    on_hand: int


class _Counts(Shape):
    node: str
    movement_seq: int = Field(ge=0)
    as_of: Instant = Field(strict=False)
    counts: list[_Count]


def to_release(order: ReleaseOrder, *, key: CallKey) -> dict[str, Any]:
    """What one node is to send; our key travels as `client_ref`."""
    return {
        "client_ref": key.value,
        "order_no": order.order_number,
        "node": order.node,
        "lines": [{"line_ref": line.line_id, "sku": line.sku, "qty": line.quantity} for line in order.lines],
        "ship_to": {
            "name": order.ship_to.name,
            "street": order.ship_to.line1,
            "street_2": order.ship_to.line2,
            "city": order.ship_to.city,
            "zip_code": order.ship_to.postcode,
            "region": order.ship_to.region,
            "country_code": order.ship_to.country,
        },
        **({"instructions": list(order.instructions)} if order.instructions else {}),
    }


def read_made(answer: Answer, *, key: CallKey) -> VendorRef:
    """The release just made. Raises ContractBroken when it does not carry our reference."""
    made = read(_Release, answer)
    if made.client_ref != key.value:
        raise ContractBroken("client_ref: the release made is not the one we sent", evidence=answer.evidence)
    return VendorRef(made.release_id)


def read_found(answer: Answer, *, key: CallKey) -> VendorRef | None:
    """Our release among those of the order and node, if it is there."""
    ours = [found.release_id for found in read(_Releases, answer).releases if found.client_ref == key.value]
    if len(ours) > 1:
        told = f"client_ref: {', '.join(ours)} all carry {key.value}; recall all but one in the warehouse, then resume"
        raise ContractBroken(told, evidence=answer.evidence)
    return VendorRef(ours[0]) if ours else None


def read_recalled(answer: Answer) -> None:
    """Raises ContractBroken unless the release is back now."""
    release = read(_Release, answer)
    if release.state != "recalled":
        told = f"state: release {release.release_id} is {release.state}, not recalled"
        raise ContractBroken(told, evidence=answer.evidence)


def read_answered(answer: Answer) -> bool:
    """Has the node said yes to a release, or done anything with it?"""
    release = read(_Release, answer)
    return release.acknowledged or release.state != "released"


def read_short(raw: bytes) -> ShortPick:
    """The units that were not found. Raises ContractBroken with the field that is wrong."""
    event = read_raw(_ShortEvent, raw)
    if event.topic != "release.short":
        raise ContractBroken(f"topic: {event.topic!r} does not tell of units that are missing")
    with meaning(f"short release {event.release_id[:64]}"):
        return ShortPick(
            order_number=event.order_no,
            node=event.node,
            reference=event.release_id,
            lines=tuple(ShipmentLine(line_id=line.line_ref, sku=line.sku, quantity=line.qty) for line in event.lines),
            reason=event.reason[:200],
        )


def read_event(raw: bytes) -> Shipment:
    """The parcel of a webhook. Raises ContractBroken with the field that is wrong."""
    event = read_raw(_ParcelEvent, raw)
    if event.topic != "parcel.dispatched":
        raise ContractBroken(f"topic: {event.topic!r} does not tell of a parcel that left")
    return _shipment(event.parcel)


def read_shipments(answer: Answer, *, order_number: str) -> tuple[Shipment, ...]:
    """The parcels of one order; those of another, which a careless search may add, are left out."""
    parcels = read(_Parcels, answer).shipments
    return tuple(_shipment(parcel) for parcel in parcels if parcel.order_no == order_number)


def read_counts(answer: Answer, *, node: str) -> StockSnapshot:
    """What lies in one node. Raises ContractBroken, also when it is another's."""
    said = read(_Counts, answer)
    if said.node != node:
        raise ContractBroken(f"node: we asked for {node}, this is {said.node}", evidence=answer.evidence)
    with meaning("the stock snapshot", evidence=answer.evidence):
        levels = tuple(StockLevel(sku=row.sku, node=node, on_hand=row.on_hand) for row in said.counts)
        return StockSnapshot(node=node, watermark=said.movement_seq, taken_at=said.as_of, levels=levels)


def _shipment(parcel: _Parcel) -> Shipment:
    with meaning(f"parcel {parcel.parcel_id[:64]}"):
        return Shipment(
            shipment_id=parcel.parcel_id,
            order_number=parcel.order_no,
            node=parcel.node,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_no,
            dispatched_at=parcel.dispatched_at,
            lines=tuple(
                ShipmentLine(
                    line_id=line.line_ref, sku=line.sku, quantity=line.qty,
                    serials=tuple(serial.strip() for serial in line.serials),
                )
                for line in parcel.lines
            ),
        )  # fmt: skip
