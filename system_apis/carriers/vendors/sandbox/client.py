"""Calls to the pretend carrier: a bearer token, paths under /carrier."""

from dataclasses import dataclass
from typing import Any

from system_apis.terms import CallKey
from system_apis.transport.answer import Answer
from system_apis.transport.client import VendorClient


@dataclass(frozen=True, slots=True)
class SandboxCarrierClient:
    http: VendorClient

    def get(self, path: str, **params: str) -> Answer:
        return self.http.request("GET", f"/carrier{path}", params=params, headers=self._proof())

    def post(self, path: str, body: dict[str, Any], *, key: CallKey) -> Answer:
        return self.http.request("POST", f"/carrier{path}", json=body, headers=self._proof(), key=key)

    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.http.connection.secret('token')}"}
