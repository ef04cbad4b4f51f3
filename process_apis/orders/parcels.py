"""Parcels in the order book: what has left, and its share of the order's money."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Sum

from canonical.shipment import Shipment
from process_apis.orders import serials, services
from process_apis.orders.models import (
    Order,
    OrderLine,
    OrderState,
    Parcel,
    ParcelLine,
    ParcelState,
    ParcelTender,
)


@dataclass(frozen=True, slots=True)
class LineShare:
    """What units of a line in a parcel come to, in smallest units: price before discount and tax, and each of those."""

    quantity: int
    net_minor: int
    discount_minor: int
    tax_minor: int
    cost_minor: int

    @property
    def total_minor(self) -> int:
        return self.net_minor - self.discount_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class ParcelShare:
    """A parcel's share of an order: by line, of shipping, and which payment (by its id) pays how much."""

    lines: Mapping[str, LineShare]
    shipping_minor: int
    shipping_tax_minor: int
    tenders: Mapping[int, int]

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines.values()) + self.shipping_minor + self.shipping_tax_minor


def drawn(order: Order) -> dict[int, int]:
    """How much of each payment (by id) earlier parcels have used."""
    return dict(
        ParcelTender.objects.filter(parcel__order=order).values_list("payment_id").annotate(used=Sum("amount_minor"))
    )


def record(order: Order, lines: Mapping[str, OrderLine], shipment: Shipment, share: ParcelShare) -> Parcel:
    """Write a parcel of an order whose row the caller has locked, and tell of it."""
    position = order.parcels.count() + 1
    parcel = Parcel.objects.create(
        order=order,
        shipment_id=shipment.shipment_id,
        position=position,
        node=shipment.node,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        shipping_minor=share.shipping_minor,
        shipping_tax_minor=share.shipping_tax_minor,
        total_minor=share.total_minor,
        invoice_number=f"INV-{order.number.lstrip('#')}-{position}",
        dispatched_at=shipment.dispatched_at,
    )
    ParcelLine.objects.bulk_create(
        ParcelLine(
            parcel=parcel,
            line=lines[line_id],
            quantity=part.quantity,
            net_minor=part.net_minor,
            discount_minor=part.discount_minor,
            tax_minor=part.tax_minor,
            cost_minor=part.cost_minor,
        )
        for line_id, part in share.lines.items()
    )
    serials.keep(parcel, shipment)
    for line_id, part in share.lines.items():
        OrderLine.objects.filter(id=lines[line_id].id).update(shipped=F("shipped") + part.quantity)
    ParcelTender.objects.bulk_create(
        ParcelTender(parcel=parcel, payment_id=payment, amount_minor=minor)
        for payment, minor in share.tenders.items()
        if minor
    )
    left = OrderLine.objects.filter(order=order, quantity__gt=F("shipped") + F("cancelled")).exists()
    services.move_on(
        order,
        to=OrderState.PART_SHIPPED if left else OrderState.SHIPPED,
        since=[OrderState.RESERVED, OrderState.RELEASED, OrderState.PART_SHIPPED],
    )
    services.tell(
        order,
        "shipment.dispatched",
        shipment_id=parcel.shipment_id,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
    )
    return parcel


def move_on(parcel: Parcel, *, to: ParcelState, **also: Any) -> None:
    """Note how far the parcel's money is."""
    Parcel.objects.filter(id=parcel.id).exclude(state=ParcelState.SETTLED).update(state=to, **also)


def settle(parcel: Parcel, *, now: datetime) -> None:
    """The parcel is paid, invoiced, booked, told. Said once."""
    settled = Parcel.objects.filter(id=parcel.id).exclude(state=ParcelState.SETTLED)
    if settled.update(state=ParcelState.SETTLED, settled_at=now):
        services.tell(parcel.order, "parcel.settled", shipment_id=parcel.shipment_id)
