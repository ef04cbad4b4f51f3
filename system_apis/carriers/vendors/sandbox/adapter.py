"""The pretend carrier. It knows no keys: a repeat looks for a label under our reference first."""

from dataclasses import dataclass
from typing import Self

from canonical.label import Label, LabelRequest, TrackingEvent
from retail_platform.kernel import clock
from system_apis.carriers.vendors.sandbox import mapping
from system_apis.carriers.vendors.sandbox.client import SandboxCarrierClient
from system_apis.connections.models import Connection
from system_apis.errors import Refused
from system_apis.terms import CallKey, VendorTerms
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once

TERMS = VendorTerms(same_document_by="reference", settles_after_s=0.0, documents_per_order="many")


@dataclass(frozen=True, slots=True)
class SandboxCarrier:
    client: SandboxCarrierClient
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The carrier behind one connection."""
        return cls(SandboxCarrierClient(VendorClient(connection)))

    def create_label(self, request: LabelRequest, *, key: CallKey) -> Label:
        """A label for a parcel to us; a second would be charged a second time."""
        body = mapping.to_label(request, key=key)
        return once(
            key,
            terms=self.terms,
            find=lambda: mapping.read_found(self.client.get("/labels", reference=key.value), key=key),
            send=lambda: mapping.read_made(self.client.post("/labels", body, key=key), key=key),
            now=clock.now(),
        )

    def cancel_label(self, label_id: str, *, key: CallKey) -> None:
        """Take a label back. Raises Refused once the parcel is on its way; one that is void is what we wanted."""
        path = f"/labels/{label_id}"
        try:
            answer = self.client.post(f"{path}/cancel", {"customerReference": key.value}, key=key)
        except Refused as refused:
            if refused.code != "already_void":
                raise
            answer = self.client.get(path)
        mapping.read_cancelled(answer)

    def track(self, tracking_number: str) -> TrackingEvent:
        """The last thing known of a parcel."""
        return mapping.read_tracking(self.client.get(f"/tracking/{tracking_number}"), tracking_number=tracking_number)

    def read_event(self, raw: bytes) -> TrackingEvent:
        """Read the webhook of a scan. Raises ContractBroken with the field that is wrong."""
        return mapping.read_event(raw)
