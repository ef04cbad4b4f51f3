"""The pretend warehouse. It knows no keys: a repeat looks among the releases of the order and node first."""

from dataclasses import dataclass
from typing import Self

from canonical.shipment import ReleaseOrder, Shipment, ShortPick
from canonical.stock import StockSnapshot, ToldMovement
from retail_platform.kernel import clock
from system_apis.connections.models import Connection
from system_apis.errors import Refused
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once
from system_apis.wms.vendors.sandbox import mapping, movements
from system_apis.wms.vendors.sandbox.client import SandboxWmsClient

TERMS = VendorTerms(same_document_by="reference", settles_after_s=0.0, documents_per_order="many")


@dataclass(frozen=True, slots=True)
class SandboxWms:
    client: SandboxWmsClient
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The warehouse behind one connection."""
        return cls(SandboxWmsClient(VendorClient(connection)))

    def release(self, order: ReleaseOrder, *, key: CallKey) -> VendorRef:
        """Ask a node to send goods. A second release would be a second shipment."""
        body = mapping.to_release(order, key=key)
        of_order = {"order": order.order_number, "node": order.node}
        return once(
            key,
            terms=self.terms,
            find=lambda: mapping.read_found(self.client.get("/releases", **of_order), key=key),
            send=lambda: mapping.read_made(self.client.post("/releases", body, key=key), key=key),
            now=clock.now(),
        )

    def recall(self, reference: VendorRef, *, key: CallKey) -> None:
        """Take a release back. Raises Refused once it is picked; one that is back already is what we wanted."""
        path = f"/releases/{reference.value}"
        try:
            answer = self.client.post(f"{path}/recall", {"client_ref": key.value}, key=key)
        except Refused as refused:
            if refused.code != "already_recalled":
                raise
            answer = self.client.get(path)
        mapping.read_recalled(answer)

    def has_answered(self, reference: VendorRef) -> bool:
        """Has the node said yes, or is it over with it? A release it has not looked at is neither."""
        return mapping.read_answered(self.client.get(f"/releases/{reference.value}"))

    def shipments_of(self, order_number: str) -> tuple[Shipment, ...]:
        """All parcels of an order so far: the net under lost webhooks."""
        return mapping.read_shipments(self.client.get("/shipments", order=order_number), order_number=order_number)

    def stock_snapshot(self, *, node: str) -> StockSnapshot:
        return mapping.read_counts(self.client.get("/stock", node=node), node=node)

    def read_shipment(self, raw: bytes) -> Shipment:
        """Read the webhook of a dispatched parcel. Raises ContractBroken with the field that is wrong."""
        return mapping.read_event(raw)

    def read_short(self, raw: bytes) -> ShortPick:
        """Read the webhook of units that were not found. Raises ContractBroken with the field that is wrong."""
        return mapping.read_short(raw)

    def read_movements(self, raw: bytes) -> tuple[ToldMovement, ...]:
        """Read the webhook of stock that moved; whatever one of its movements says is left to the book to judge."""
        return movements.read_event(raw, source=self.client.http.connection.code)
