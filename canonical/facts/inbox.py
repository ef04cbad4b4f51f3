"""Facts from outside: something came in, or was found where we asked."""

from canonical.shipment import Shipment
from canonical.value import Value


class InboxFact(Value):
    """Something came in; its bytes are in the inbox under `inbox_id`."""

    inbox_id: str
    connection: str


class UnrecognizedFact(InboxFact):
    topic: str


class ConflictFact(InboxFact):
    first_inbox_id: str


class ShipmentFound(Value):
    """A warehouse, when asked, knew a parcel that our book did not."""

    shipment_id: str
    shipment: Shipment


FACTS: dict[str, type[Value]] = {
    "commerce.order_received": InboxFact,
    "commerce.order_updated": InboxFact,
    "commerce.risk_reported": InboxFact,
    "wms.shipment_reported": InboxFact,
    "wms.shipment_found": ShipmentFound,
    "wms.short_reported": InboxFact,
    "wms.stock_reported": InboxFact,
    "payments.event_received": InboxFact,
    "payments.dispute_reported": InboxFact,
    "payments.refund_failed": InboxFact,
    "carrier.parcel_reported": InboxFact,
    "inbox.unrecognized": UnrecognizedFact,
    "inbox.conflict": ConflictFact,
}
