"""Goods on their way: what we ask a warehouse to send, and what it says it has sent."""

from typing import Annotated

from pydantic import Field

from canonical.ids import NodeCode, OrderNumber, Sku
from canonical.order import Address
from canonical.quantity import Units
from canonical.value import Instant, Value


class ShipmentLine(Value):
    """Units of one order line."""

    line_id: Annotated[str, Field(min_length=1, max_length=64)]
    sku: Sku
    quantity: Units


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
