"""Labels and scans, from and to the pretend carrier's words."""

from typing import Any, Literal

from pydantic import Field

from canonical.label import Label, LabelRequest, TrackingEvent, TrackingState
from canonical.value import Instant
from system_apis.errors import ContractBroken
from system_apis.terms import CallKey
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, meaning, read, read_raw

STATES = {
    "LABELLED": TrackingState.LABELLED,
    "ACCEPTED": TrackingState.IN_TRANSIT,
    "MOVING": TrackingState.IN_TRANSIT,
    "DELIVERED": TrackingState.DELIVERED,
    "MISSING": TrackingState.LOST,
    "VOID": TrackingState.CANCELLED,
}
Status = Literal["LABELLED", "ACCEPTED", "MOVING", "DELIVERED", "MISSING", "VOID"]


class _Label(Shape):
    labelId: str = Field(min_length=1)  # noqa: N815 - the carrier's own names
    customerReference: str  # noqa: N815
    trackingNumber: str = Field(min_length=1)  # noqa: N815
    labelUrl: str = Field(min_length=1)  # noqa: N815
    validUntil: Instant = Field(strict=False)  # noqa: N815
    status: Status


class _Labels(Shape):
    labels: list[_Label]


class _Scan(Shape):
    trackingNumber: str = Field(min_length=1)  # noqa: N815
    status: Status
    scannedAt: Instant = Field(strict=False)  # noqa: N815
    depot: str = ""


class _Event(Shape):
    type: str
    scan: _Scan


def to_label(request: LabelRequest, *, key: CallKey) -> dict[str, Any]:
    """What the carrier wants to know; our key travels as `customerReference`."""
    return {
        "customerReference": key.value,
        "shipmentReference": request.reference,
        "product": "RETURN",
        "receiver": request.node,
        "weightGrams": request.weight_g,
        "sender": {
            "name": request.sender.name,
            "street": request.sender.line1,
            "extra": request.sender.line2,
            "city": request.sender.city,
            "postalCode": request.sender.postcode,
            "countryCode": request.sender.country,
        },
    }


def read_made(answer: Answer, *, key: CallKey) -> Label:
    """The label just made. Raises ContractBroken when it does not carry our reference."""
    made = read(_Label, answer)
    if made.customerReference != key.value:
        raise ContractBroken("customerReference: the label made is not the one we asked for", evidence=answer.evidence)
    return _label(made, answer)


def read_found(answer: Answer, *, key: CallKey) -> Label | None:
    """Our label among those found under our reference, if it is there."""
    ours = [found for found in read(_Labels, answer).labels if found.customerReference == key.value]
    if len(ours) > 1:
        told = f"customerReference: {len(ours)} labels carry {key.value}; cancel all but one, then resume"
        raise ContractBroken(told, evidence=answer.evidence)
    return _label(ours[0], answer) if ours else None


def read_cancelled(answer: Answer) -> None:
    """Raises ContractBroken unless the label is void now."""
    label = read(_Label, answer)
    if label.status != "VOID":
        told = f"status: label {label.labelId} is {label.status}, not VOID"
        raise ContractBroken(told, evidence=answer.evidence)


def read_tracking(answer: Answer, *, tracking_number: str) -> TrackingEvent:
    """The last scan. Raises ContractBroken, also when it is another parcel's."""
    scan = read(_Scan, answer)
    if scan.trackingNumber != tracking_number:
        told = f"trackingNumber: we asked for {tracking_number}, this is {scan.trackingNumber}"
        raise ContractBroken(told, evidence=answer.evidence)
    return _event(scan)


def read_event(raw: bytes) -> TrackingEvent:
    """The scan of a webhook. Raises ContractBroken with the field that is wrong."""
    event = read_raw(_Event, raw)
    if event.type != "parcel.scanned":
        raise ContractBroken(f"type: {event.type!r} does not tell of a scan")
    return _event(event.scan)


def _label(made: _Label, answer: Answer) -> Label:
    with meaning("the label", evidence=answer.evidence):
        return Label(
            label_id=made.labelId,
            tracking_number=made.trackingNumber,
            url=made.labelUrl,
            valid_until=made.validUntil,
        )


def _event(scan: _Scan) -> TrackingEvent:
    with meaning(f"the scan of {scan.trackingNumber[:64]}"):
        return TrackingEvent(
            tracking_number=scan.trackingNumber, state=STATES[scan.status], at=scan.scannedAt, place=scan.depot
        )
