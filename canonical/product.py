"""What is sold, where it lies."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from canonical.ids import Gtin, NodeCode, Sku
from canonical.money import Money
from canonical.quantity import UnitCode
from canonical.value import Value


class Product(Value):
    """One thing we sell, with its list price and what it cost us."""

    sku: Sku
    gtin: Gtin | None = None
    title: Annotated[str, Field(max_length=200)]
    unit: UnitCode = "EA"
    tax_code: Annotated[str, Field(max_length=32)]
    price: Money
    cost: Money


class NodeKind(StrEnum):
    """What a place is: of a drop-shipper the goods are its own until it sends them; at a 3PL they are ours."""

    WAREHOUSE = "warehouse"
    STORE = "store"
    THIRD_PARTY = "3pl"
    DROP_SHIP = "drop_ship"

    @property
    def holds_our_goods(self) -> bool:
        """Is what lies there in our inventory?"""
        return self is not NodeKind.DROP_SHIP


class Node(Value):
    """A place that can fulfil."""

    code: NodeCode
    name: Annotated[str, Field(max_length=120)]
    kind: NodeKind
    latitude: float | None = None
    longitude: float | None = None
