"""Shopify as a web shop of ours. It keeps no keys for fulfilments, so a repeat looks for the tracking number first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from canonical.money import Money
from canonical.order import Order
from canonical.shipment import Shipment
from retail_platform.kernel import clock
from system_apis.commerce import risks
from system_apis.commerce.port import Level, LevelAnswer, LevelState, OrderChange, RiskReport
from system_apis.commerce.vendors.shopify import cancelling, fulfilment, inventory, mapping, refunding
from system_apis.commerce.vendors.shopify.client import ShopifyClient
from system_apis.commerce.vendors.shopify.graphql import FULFIL, ORDER_TO_FULFIL, SET_STOCK, STOCK_SHOWN
from system_apis.commerce.vendors.shopify.order_lines import SkusOf
from system_apis.commerce.vendors.shopify.reading import an_object
from system_apis.connections.models import Connection
from system_apis.crosswalk import services as crosswalk
from system_apis.errors import ContractBroken, Refused
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.answer import read_json
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once

TERMS = VendorTerms(
    same_document_by="reference", success_is_in="body", cursor_overlap_s=300, compare_and_set=True, levels_at_once=250
)
READ_AT_ONCE = 100  # a query may cost 1,000 points, and a level costs several


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
        return mapping.to_order(_document(raw), channel=channel, skus_of=self.skus_of)

    def read_change(self, raw: bytes) -> OrderChange:
        """Read what an orders/updated or orders/cancelled webhook says of cancellations. Raises ContractBroken."""
        return cancelling.read_change(_document(raw))

    def read_risk(self, raw: bytes) -> RiskReport:
        """Read what a webhook says of the risk of an order. Raises ContractBroken."""
        return risks.read_risk(raw)

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

    def tell_cancelled(
        self, channel_order_id: str, units: Mapping[str, int], *, whole: bool, reason: str, key: CallKey
    ) -> VendorRef:
        """Cancel the order, or refund units of it under a note of ours; Shopify pays back what it took for them."""
        order_id, note = fulfilment.order_gid(channel_order_id), f"cancelled {key.value}"

        def find() -> VendorRef | None:
            order = self._order(order_id, cancelling.ORDER_CANCELLED)
            return cancelling.already_cancelled(order) if whole else cancelling.already_refunded(order, note=note)

        def send() -> VendorRef:
            if whole:
                wish: dict[str, object] = {
                    "orderId": order_id,
                    "reason": cancelling.REASONS.get(reason, "OTHER"),
                }
                made = self.client.change(cancelling.CANCEL, wish, field="orderCancel", key=key)
                cancelling.to_reference(made.get("job"))  # a job does it; a repeat finds the order, and so do we
                return VendorRef(order_id)
            lines = cancelling.to_lines(units)
            suggested = self._order(order_id, cancelling.SUGGESTED, lines=lines)
            refund = cancelling.to_refund(order_id, lines, note=note, suggested=suggested)
            wish = {"input": refund, "key": key.value}
            made = self.client.change(cancelling.REFUND, wish, field="refundCreate", key=key)
            return cancelling.to_reference(made.get("refund"))

        return once(key, terms=self.terms, find=find, send=send, now=clock.now())

    def tell_refunded(
        self, channel_order_id: str, units: Mapping[str, int], *, by_shop: Money | None, reason: str, key: CallKey
    ) -> VendorRef:
        """Refund units under a note of ours; Shopify gives back no more than it took and we say."""
        order_id, note = fulfilment.order_gid(channel_order_id), f"return {key.value}"

        def find() -> VendorRef | None:
            return cancelling.already_refunded(self._order(order_id, cancelling.ORDER_CANCELLED), note=note)

        def send() -> VendorRef:
            lines = cancelling.to_lines(units)
            suggested = self._order(order_id, cancelling.SUGGESTED, lines=lines) if by_shop else {}
            refund = refunding.to_returned(order_id, lines, note=note, by_shop=by_shop, suggested=suggested)
            wish: dict[str, object] = {"input": refund, "key": key.value}
            made = self.client.change(cancelling.REFUND, wish, field="refundCreate", key=key)
            return cancelling.to_reference(made.get("refund"))

        return once(key, terms=self.terms, find=find, send=send, now=clock.now())

    def _order(self, order_id: str, query: str = ORDER_TO_FULFIL, **asked: object) -> dict[str, object]:
        found = an_object(self.client.ask(query, {"id": order_id, **asked}).get("order"))
        if not found:
            raise Refused(f"Shopify has no order {order_id}", code="not_found")
        if found.get("id") != order_id:
            raise ContractBroken(f"asked Shopify for {order_id}, and it answered {found.get('id')}")
        return dict(found)

    def stock_place(self) -> str | None:
        """The location linked to our channel: manage.py link --entity location NUMBER=CHANNEL."""
        connection = self.client.http.connection
        return crosswalk.theirs(connection, "location", connection.channel)

    def tell_stock(self, levels: Sequence[Level], *, key: CallKey) -> list[LevelAnswer]:
        """Set levels of the linked skus, all or none; asked again, Shopify repeats what it said under this key."""
        items, place = self._items([level.sku for level in levels]), self._place()
        linked = [level for level in levels if level.sku in items]
        answers = [_unlinked(level.sku) for level in levels if level.sku not in items]
        if linked:
            wanted = inventory.to_input(linked, items=items, place=place, key=key.value)
            variables = {"input": wanted, "key": key.value}
            made = self.client.attempt(SET_STOCK, variables, field="inventorySetQuantities", key=key, share="stock")
            answers += inventory.read_set(made, linked)
        return answers

    def read_stock(self, skus: Sequence[str]) -> list[LevelAnswer]:
        """What the shop shows at our location."""
        items, place = self._items(skus), self._place()
        linked = [sku for sku in skus if sku in items]
        answers = [_unlinked(sku) for sku in skus if sku not in items]
        for start in range(0, len(linked), READ_AT_ONCE):
            some = linked[start : start + READ_AT_ONCE]
            ids = [inventory.ITEM + items[sku] for sku in some]
            variables = {"items": ids, "location": inventory.LOCATION + place}
            answers += inventory.read_shown(self.client.ask(STOCK_SHOWN, variables, share="stock").get("nodes"), some)
        return answers

    def _items(self, skus: Sequence[str]) -> Mapping[str, str]:
        return crosswalk.theirs_of(self.client.http.connection, "inventory_item", skus)

    def _place(self) -> str:
        place = self.stock_place()
        if place is None:
            code, channel = self.client.http.connection.code, self.client.http.connection.channel
            raise Refused(
                f"no location is linked; manage.py link --connection {code} --entity location NUMBER={channel}",
                code="no_location",
            )
        return place


def _document(raw: bytes) -> object:
    try:
        return read_json(raw)
    except (ValueError, RecursionError) as unreadable:
        raise ContractBroken(f"the webhook is not JSON: {str(unreadable)[:120]}") from unreadable


def _unlinked(sku: str) -> LevelAnswer:
    return LevelAnswer(sku, LevelState.UNLINKED, detail="no inventory item is linked to it")
