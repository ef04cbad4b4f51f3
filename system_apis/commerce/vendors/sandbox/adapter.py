"""The pretend shop. It keeps our keys for good, so a repeat is simply sent again."""

from dataclasses import dataclass
from typing import Self

from canonical.order import Order
from canonical.shipment import Shipment
from retail_platform.kernel import clock
from system_apis.commerce.vendors.sandbox import mapping, orders
from system_apis.commerce.vendors.sandbox.client import SandboxCommerceClient
from system_apis.connections.models import Connection
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once

TERMS = VendorTerms(same_document_by="key", rounding_by="vendor", tax_basis="line", documents_per_order="many")


@dataclass(frozen=True, slots=True)
class SandboxCommerce:
    client: SandboxCommerceClient
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The shop behind one connection."""
        return cls(SandboxCommerceClient(VendorClient(connection)))

    def read_order(self, raw: bytes, *, channel: str) -> Order:
        """Read one order as the shop's webhook carries it. Raises ContractBroken with the field and the rule."""
        return orders.read_order(raw, channel=channel)

    def tell_shipped(self, channel_order_id: str, shipment: Shipment, *, key: CallKey) -> VendorRef:
        """Tell of one parcel. Raises Refused when the shop counts more units than were bought."""
        body = mapping.to_fulfillment(shipment)
        return once(
            key,
            terms=self.terms,
            find=lambda: mapping.read_found(self.client.fulfillments(channel_order_id), shipment=shipment),
            send=lambda: mapping.read_made(
                self.client.fulfil(channel_order_id, body, key=key), order_id=channel_order_id
            ),
            now=clock.now(),
        )
