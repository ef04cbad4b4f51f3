"""Calls to the pretend tills: a bearer token, one path."""

from dataclasses import dataclass

from system_apis.transport.answer import Answer
from system_apis.transport.client import VendorClient


@dataclass(frozen=True, slots=True)
class SandboxPosClient:
    http: VendorClient

    def tickets(self, *, store: str, cursor: str) -> Answer:
        proof = {"Authorization": f"Bearer {self.http.connection.secret('token')}"}
        return self.http.request("GET", "/pos/tickets", params={"store": store, "cursor": cursor}, headers=proof)
