"""What we ask of any warehouse system. It tells us of parcels and of what moved by webhook; see webhooks.py."""

from typing import Protocol

from canonical.shipment import ReleaseOrder, Shipment, ShortPick
from canonical.stock import StockSnapshot, ToldMovement
from system_apis.terms import CallKey, VendorRef, VendorTerms


class WmsPort(Protocol):
    terms: VendorTerms

    def release(self, order: ReleaseOrder, *, key: CallKey) -> VendorRef: ...

    def recall(self, reference: VendorRef, *, key: CallKey) -> None:
        """Take a release back. Raises Refused once it is picked."""

    def has_answered(self, reference: VendorRef) -> bool:
        """Has the node said yes to a release, or is it over with it: sent, short of everything, recalled?"""

    def shipments_of(self, order_number: str) -> tuple[Shipment, ...]:
        """All parcels of an order so far: the net under lost webhooks."""

    def stock_snapshot(self, *, node: str) -> StockSnapshot: ...

    def read_shipment(self, raw: bytes) -> Shipment:
        """Read the webhook of a dispatched parcel. Raises ContractBroken with the field that is wrong."""

    def read_short(self, raw: bytes) -> ShortPick:
        """Read the webhook of a release that less was found for than asked. Raises ContractBroken."""

    def read_movements(self, raw: bytes) -> tuple[ToldMovement, ...]:
        """Read the webhook of stock that moved: receipts, adjustments, transfers, each under a key of its own.

        What a movement says is not checked here, so that a bad one holds up none beside it. Raises ContractBroken when
        the message as a whole cannot be read.
        """
