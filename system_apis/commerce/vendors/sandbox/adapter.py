"""The pretend shop. It keeps our keys for good, so a repeat is simply sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from canonical.money import Money
from canonical.order import Order
from canonical.shipment import Shipment
from retail_platform.kernel import clock
from system_apis.commerce import risks
from system_apis.commerce.port import Level, LevelAnswer, OrderChange, RiskReport
from system_apis.commerce.vendors.sandbox import levels as level_mapping
from system_apis.commerce.vendors.sandbox import mapping, orders
from system_apis.commerce.vendors.sandbox.client import SandboxCommerceClient
from system_apis.connections.models import Connection
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once

TERMS = VendorTerms(
    same_document_by="key", rounding_by="vendor", tax_basis="line", documents_per_order="many", compare_and_set=True
)


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

    def read_change(self, raw: bytes) -> OrderChange:
        """Read what the same webhook says of cancellations. Raises ContractBroken."""
        return orders.read_change(raw)

    def read_risk(self, raw: bytes) -> RiskReport:
        """Read what a webhook says of the risk of an order. Raises ContractBroken."""
        return risks.read_risk(raw)

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

    def tell_cancelled(
        self, channel_order_id: str, units: Mapping[str, int], *, whole: bool, reason: str, key: CallKey
    ) -> VendorRef:
        """Tell of units that will not come; the shop keeps our key, so a repeat is harmless."""
        body = mapping.to_cancellation(units, whole=whole, reason=reason)
        return mapping.read_cancelled(self.client.cancel(channel_order_id, body, key=key), order_id=channel_order_id)

    def tell_refunded(
        self, channel_order_id: str, units: Mapping[str, int], *, by_shop: Money | None, reason: str, key: CallKey
    ) -> VendorRef:
        """Tell of units that came back; the shop keeps our key, so a repeat is harmless."""
        body = mapping.to_refund(units, by_shop=by_shop, reason=reason)
        return mapping.read_refunded(self.client.refund(channel_order_id, body, key=key), order_id=channel_order_id)

    def stock_place(self) -> str | None:
        """The pretend shop has one place, unless the connection's settings name another."""
        return str(self.client.http.connection.settings.get("stock_location", "main"))

    def tell_stock(self, levels: Sequence[Level], *, key: CallKey) -> list[LevelAnswer]:
        """Set levels; each stands or falls alone. The shop knows our skus."""
        body = level_mapping.to_levels(levels, place=self.stock_place() or "")
        return level_mapping.read_levels(self.client.set_levels(body, key=key), [level.sku for level in levels])

    def read_stock(self, skus: Sequence[str]) -> list[LevelAnswer]:
        """What the shop shows."""
        answer = self.client.levels({"location": self.stock_place(), "skus": list(skus)})
        return level_mapping.read_levels(answer, skus)
