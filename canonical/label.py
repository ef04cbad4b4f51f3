"""Labels that bring goods back to us, and what a carrier says of the parcels that carry them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from canonical.ids import NodeCode
from canonical.order import Address
from canonical.value import Instant, Value


class LabelRequest(Value):
    """A parcel that a customer is to send back to one of our nodes. `reference` is the number of the return."""

    reference: Annotated[str, Field(min_length=1, max_length=64)]
    sender: Address
    node: NodeCode
    weight_g: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class Label(Value):
    """What the customer prints, and the number to follow the parcel by."""

    label_id: Annotated[str, Field(min_length=1, max_length=64)]
    tracking_number: Annotated[str, Field(min_length=1, max_length=64)]
    url: Annotated[str, Field(min_length=1, max_length=500)]
    valid_until: Instant


class TrackingState(StrEnum):
    """What became of a parcel on its way back."""

    LABELLED = "labelled"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    LOST = "lost"
    CANCELLED = "cancelled"


class TrackingEvent(Value):
    """One thing a carrier says of a parcel."""

    tracking_number: Annotated[str, Field(min_length=1, max_length=64)]
    state: TrackingState
    at: Instant
    place: Annotated[str, Field(max_length=120)] = ""
