"""Calls to the pretend shop: an access token in a header, an Idempotency-Key with every POST."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from system_apis.terms import CallKey
from system_apis.transport.answer import Answer
from system_apis.transport.client import VendorClient


@dataclass(frozen=True, slots=True)
class SandboxCommerceClient:
    http: VendorClient

    def fulfil(self, order_id: str, body: dict[str, Any], *, key: CallKey) -> Answer:
        headers = {**self._proof(), "Idempotency-Key": key.value}
        return self.http.request("POST", self._path(order_id, "fulfillments"), json=body, headers=headers, key=key)

    def fulfillments(self, order_id: str) -> Answer:
        return self.http.request("GET", self._path(order_id, "fulfillments"), headers=self._proof())

    def cancel(self, order_id: str, body: dict[str, Any], *, key: CallKey) -> Answer:
        headers = {**self._proof(), "Idempotency-Key": key.value}
        return self.http.request("POST", self._path(order_id, "cancel"), json=body, headers=headers, key=key)

    def refund(self, order_id: str, body: dict[str, Any], *, key: CallKey) -> Answer:
        headers = {**self._proof(), "Idempotency-Key": key.value}
        return self.http.request("POST", self._path(order_id, "refunds"), json=body, headers=headers, key=key)

    def set_levels(self, body: dict[str, Any], *, key: CallKey) -> Answer:
        headers = {**self._proof(), "Idempotency-Key": key.value}
        return self.http.request(
            "POST", "/commerce/inventory_levels/set", json=body, headers=headers, key=key, share="stock"
        )

    def levels(self, body: dict[str, Any]) -> Answer:
        return self.http.request(
            "POST", "/commerce/inventory_levels/query", json=body, headers=self._proof(), kind_of_call="read",
            share="stock",
        )  # fmt: skip

    def _path(self, order_id: str, what: str) -> str:
        return f"/commerce/orders/{quote(order_id, safe='')}/{what}"

    def _proof(self) -> dict[str, str]:
        return {"X-Shopify-Access-Token": self.http.connection.secret("token")}
