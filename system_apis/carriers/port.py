"""What we ask of any carrier that brings returns back. It tells us of scans by webhook; see webhooks.py."""

from typing import Protocol

from canonical.label import Label, LabelRequest, TrackingEvent
from system_apis.terms import CallKey, VendorTerms


class CarrierPort(Protocol):
    terms: VendorTerms

    def create_label(self, request: LabelRequest, *, key: CallKey) -> Label:
        """A label for a parcel to us. Raises Refused where the carrier does not collect."""

    def cancel_label(self, label_id: str, *, key: CallKey) -> None:
        """Take back a label nobody has used. Raises Refused once the parcel is on its way."""

    def track(self, tracking_number: str) -> TrackingEvent:
        """The last thing known of a parcel: the net under lost webhooks."""

    def read_event(self, raw: bytes) -> TrackingEvent:
        """Read the webhook of a scan. Raises ContractBroken with the field that is wrong."""
