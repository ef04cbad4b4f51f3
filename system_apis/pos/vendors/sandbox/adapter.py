"""The pretend tills. Their cursor is a plain count, so nothing is skipped and no overlap is needed."""

from dataclasses import dataclass
from typing import Self

from system_apis.connections.models import Connection
from system_apis.pos.port import TicketPage
from system_apis.pos.vendors.sandbox import mapping
from system_apis.pos.vendors.sandbox.client import SandboxPosClient
from system_apis.terms import VendorTerms
from system_apis.transport.client import VendorClient

TERMS = VendorTerms(same_document_by="nothing", cursor_overlap_s=0)


@dataclass(frozen=True, slots=True)
class SandboxPos:
    client: SandboxPosClient
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The tills behind one connection."""
        return cls(SandboxPosClient(VendorClient(connection)))

    def tickets_since(self, cursor: str, *, store: str) -> TicketPage:
        """The tickets of one store after the cursor; "" begins at the first."""
        return mapping.read_page(self.client.tickets(store=store, cursor=cursor), store=store)
