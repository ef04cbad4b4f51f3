"""Calls to the pretend payment provider: a secret key as bearer, an Idempotency-Key with every POST."""

from dataclasses import dataclass
from typing import Any

from system_apis.terms import CallKey
from system_apis.transport.answer import Answer
from system_apis.transport.client import VendorClient


@dataclass(frozen=True, slots=True)
class SandboxPaymentsClient:
    http: VendorClient

    def post(self, path: str, body: dict[str, Any], *, key: CallKey) -> Answer:
        headers = {**self._proof(), "Idempotency-Key": key.value}
        return self.http.request("POST", f"/payments{path}", json=body, headers=headers, key=key)

    def made_under(self, key: CallKey) -> Answer:
        """What an earlier call made under this key, if it made anything."""
        params = {"idempotency_key": key.value}
        return self.http.request("GET", "/payments/operations", params=params, headers=self._proof(), key=key)

    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.http.connection.secret('token')}"}
