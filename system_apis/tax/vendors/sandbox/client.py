"""Calls to the pretend tax engine: account and licence key as basic credentials, document codes escaped in paths."""

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from system_apis.terms import CallKey
from system_apis.transport.answer import Answer
from system_apis.transport.client import VendorClient
from system_apis.transport.verdict import CallKind


@dataclass(frozen=True, slots=True)
class SandboxTaxClient:
    http: VendorClient

    def post(
        self, path: str, body: dict[str, Any], *, key: CallKey | None = None, kind_of_call: CallKind = "write"
    ) -> Answer:
        headers = self._proof()
        return self.http.request("POST", f"/tax{path}", json=body, headers=headers, key=key, kind_of_call=kind_of_call)

    def document(self, code: str) -> Answer:
        return self.http.request("GET", f"/tax/documents/{escaped(code)}", headers=self._proof())

    def _proof(self) -> dict[str, str]:
        account = self.http.connection.secret("account")
        pair = f"{account}:{self.http.connection.secret('licence_key')}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def escaped(code: str) -> str:
    """A document's code as part of a path: "INV/7" must not become two parts."""
    return quote(code, safe="")
