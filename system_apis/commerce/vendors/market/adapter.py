"""The marketplace. It keeps our keys for good; its cursor counts changes and skips none, so nothing is read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from canonical.money import Money
from canonical.order import Order
from canonical.shipment import Shipment
from system_apis.commerce.port import FeedPage, Level, LevelAnswer, LevelState, OrderChange, RiskReport
from system_apis.commerce.vendors.market import mapping
from system_apis.commerce.vendors.market.client import MarketClient
from system_apis.connections.models import Connection
from system_apis.errors import ContractBroken
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.client import VendorClient

TERMS = VendorTerms(same_document_by="key", rounding_by="vendor", tax_basis="line", documents_per_order="many")


@dataclass(frozen=True, slots=True)
class Market:
    client: MarketClient
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The marketplace behind one connection."""
        return cls(MarketClient(VendorClient(connection)))

    def changed_since(self, cursor: str) -> FeedPage:
        """The next page of orders that changed."""
        return mapping.read_page(self.client.changed(cursor))

    def read_order(self, raw: bytes, *, channel: str) -> Order:
        """Read one order as the feed carries it. Raises ContractBroken with the field and the rule."""
        return mapping.read_order(raw, channel=channel)

    def read_change(self, raw: bytes) -> OrderChange:
        """Read what the same order says of cancellations. Raises ContractBroken."""
        return mapping.read_change(raw)

    def read_risk(self, raw: bytes) -> RiskReport:
        """It says that with each order, and sends no webhooks."""
        raise ContractBroken("the marketplace tells of risk in its feed alone")

    def tell_shipped(self, channel_order_id: str, shipment: Shipment, *, key: CallKey) -> VendorRef:
        """Tell of one parcel; it takes the buyer's money for it to our account."""
        return self._told(channel_order_id, "shipments", mapping.to_parcel(shipment), key=key)

    def tell_cancelled(
        self, channel_order_id: str, units: Mapping[str, int], *, whole: bool, reason: str, key: CallKey
    ) -> VendorRef:
        """Tell of units that will not come."""
        return self._told(
            channel_order_id, "cancellations", mapping.to_units(units, all=whole, reason=reason), key=key
        )  # fmt: skip

    def tell_refunded(
        self, channel_order_id: str, units: Mapping[str, int], *, by_shop: Money | None, reason: str, key: CallKey
    ) -> VendorRef:
        """Tell of units that came back, and what it is to give the buyer."""
        amount = by_shop.text if by_shop else "0"
        return self._told(
            channel_order_id, "refunds", mapping.to_units(units, amount=amount, reason=reason), key=key
        )  # fmt: skip

    def stock_place(self) -> str | None:
        """Nobody tells it of stock here."""
        return None

    def tell_stock(self, levels: Sequence[Level], *, key: CallKey) -> list[LevelAnswer]:
        """It has no place for levels."""
        return [LevelAnswer(level.sku, LevelState.UNLINKED) for level in levels]

    def read_stock(self, skus: Sequence[str]) -> list[LevelAnswer]:
        """It has no place for levels."""
        return [LevelAnswer(sku, LevelState.UNLINKED) for sku in skus]

    def _told(self, order_id: str, what: str, body: dict[str, object], *, key: CallKey) -> VendorRef:
        return mapping.read_receipt(self.client.tell(order_id, what, body, key=key), order_id=order_id)
