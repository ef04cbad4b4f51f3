"""Goods on their way: what we ask a warehouse to send, and what it says it has sent."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from canonical.ids import NodeCode, OrderNumber, Sku
from canonical.order import Address
from canonical.quantity import Units
from canonical.value import Instant, Value


class ShipmentLine(Value):
    """Units of one order line. `serials` are those of the pieces, where the sender reads them; once each."""

    line_id: Annotated[str, Field(min_length=1, max_length=64)]
    sku: Sku
    quantity: Units
    serials: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(max_length=10_000)] = ()

    @model_validator(mode="after")
    def no_piece_twice(self) -> Self:
        if len(set(self.serials)) != len(self.serials) or len(self.serials) > self.quantity:
            raise ValueError(f"line {self.line_id}: {self.quantity} x {self.sku} have one serial number each at most")
        return self


class ReleaseOrder(Value):
    """What one node is asked to send for one order, and what it is to mind."""

    order_number: OrderNumber
    node: NodeCode
    lines: Annotated[tuple[ShipmentLine, ...], Field(min_length=1, max_length=500)]
    ship_to: Address
    instructions: tuple[Annotated[str, Field(max_length=200)], ...] = ()


class Shipment(Value):
    """One parcel that has left. `shipment_id` is the sender's own, unique for it."""

    shipment_id: Annotated[str, Field(min_length=1, max_length=64)]
    order_number: OrderNumber
    node: NodeCode
    carrier: Annotated[str, Field(max_length=64)] = ""
    tracking_number: Annotated[str, Field(max_length=64)] = ""
    lines: Annotated[tuple[ShipmentLine, ...], Field(min_length=1, max_length=500)]
    dispatched_at: Instant


class ShortPick(Value):
    """What a node was asked to send and does not have: `lines` are the units that are missing."""

    order_number: OrderNumber
    node: NodeCode
    reference: Annotated[str, Field(min_length=1, max_length=64)]
    lines: Annotated[tuple[ShipmentLine, ...], Field(min_length=1, max_length=500)]
    reason: Annotated[str, Field(max_length=200)] = ""
