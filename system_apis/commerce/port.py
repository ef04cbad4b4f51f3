"""What we ask of any web shop: read its orders, tell it what became of them."""

from typing import Protocol

from canonical.order import Order
from canonical.shipment import Shipment
from system_apis.terms import CallKey, VendorRef, VendorTerms


class CommercePort(Protocol):
    terms: VendorTerms

    def read_order(self, raw: bytes, *, channel: str) -> Order:
        """Read one order as the shop's webhook carries it. Raises ContractBroken with the field and the rule."""

    def tell_shipped(self, channel_order_id: str, shipment: Shipment, *, key: CallKey) -> VendorRef: ...
