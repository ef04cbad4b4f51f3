"""Shopify as a web shop of ours. It keeps no keys for fulfilments, so a repeat looks for the tracking number first."""

from dataclasses import dataclass
from typing import Self

from canonical.order import Order
from canonical.shipment import Shipment
from retail_platform.kernel import clock
from system_apis.commerce.vendors.shopify import fulfilment, mapping
from system_apis.commerce.vendors.shopify.client import ShopifyClient
from system_apis.commerce.vendors.shopify.graphql import FULFIL, ORDER_TO_FULFIL
from system_apis.commerce.vendors.shopify.order_lines import SkusOf
from system_apis.commerce.vendors.shopify.reading import an_object
from system_apis.connections.models import Connection
from system_apis.crosswalk import services as crosswalk
from system_apis.errors import ContractBroken, Refused
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.answer import read_json
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once

TERMS = VendorTerms(same_document_by="reference", success_is_in="body", cursor_overlap_s=300)


@dataclass(frozen=True, slots=True)
class ShopifyCommerce:
    client: ShopifyClient
    skus_of: SkusOf
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The shop behind one connection; its variants are crossed by the links of that connection."""
        return cls(ShopifyClient(VendorClient(connection)), lambda ids: crosswalk.ours_of(connection, "variant", ids))

    def read_order(self, raw: bytes, *, channel: str) -> Order:
        """Read an orders/create or orders/updated webhook. Raises ContractBroken naming everything that is missing."""
        try:
            document = read_json(raw)
        except (ValueError, RecursionError) as unreadable:
            raise ContractBroken(f"the webhook is not JSON: {str(unreadable)[:120]}") from unreadable
        return mapping.to_order(document, channel=channel, skus_of=self.skus_of)

    def tell_shipped(self, channel_order_id: str, shipment: Shipment, *, key: CallKey) -> VendorRef:
        """Fulfil what is in the parcel, with its tracking, and let Shopify write to the customer."""
        order_id = fulfilment.order_gid(channel_order_id)

        def find() -> VendorRef | None:
            return fulfilment.already_told(self._order(order_id), shipment)

        def send() -> VendorRef:
            wanted = fulfilment.to_fulfilment(self._order(order_id), shipment)
            made = self.client.change(FULFIL, {"fulfillment": wanted}, field="fulfillmentCreate", key=key)
            return fulfilment.to_reference(made.get("fulfillment"))

        return once(key, terms=self.terms, find=find, send=send, now=clock.now())

    def _order(self, order_id: str) -> dict[str, object]:
        found = an_object(self.client.ask(ORDER_TO_FULFIL, {"id": order_id}).get("order"))
        if not found:
            raise Refused(f"Shopify has no order {order_id}", code="not_found")
        if found.get("id") != order_id:
            raise ContractBroken(f"asked Shopify for {order_id}, and it answered {found.get('id')}")
        return dict(found)
