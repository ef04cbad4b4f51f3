"""Calls to the marketplace: a bearer token, an Idempotency-Key with every POST."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from system_apis.terms import CallKey
from system_apis.transport.answer import Answer
from system_apis.transport.client import VendorClient


@dataclass(frozen=True, slots=True)
class MarketClient:
    http: VendorClient

    def changed(self, cursor: str) -> Answer:
        return self.http.request("GET", "/market/orders", params={"since": cursor}, headers=self._proof())

    def tell(self, order_id: str, what: str, body: dict[str, Any], *, key: CallKey) -> Answer:
        path = f"/market/orders/{quote(order_id, safe='')}/{what}"
        headers = {**self._proof(), "Idempotency-Key": key.value}
        return self.http.request("POST", path, json=body, headers=headers, key=key)

    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.http.connection.secret('token')}"}
