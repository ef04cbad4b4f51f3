"""Facts: what happened, and the CloudEvents 1.0 envelope it leaves us in. A name never gets another meaning."""

from datetime import datetime
from typing import Any

from canonical.ids import NodeCode, OrderNumber, Sku
from canonical.money import CurrencyCode, Minor
from canonical.quantity import Units
from canonical.shipment import Shipment
from canonical.value import Instant, Value


class InboxFact(Value):
    """Something came in; its bytes are in the inbox under `inbox_id`."""

    inbox_id: str
    connection: str


class UnrecognizedFact(InboxFact):
    topic: str


class ConflictFact(InboxFact):
    first_inbox_id: str


class OrderFact(Value):
    """Something happened to an order."""

    order_number: OrderNumber
    channel: str


class OrderPlaced(OrderFact):
    total_minor: Minor
    currency: CurrencyCode


class OrderCancelled(OrderFact):
    reason: str


class CancelRequested(OrderFact):
    """Somebody wants units of an order cancelled; `cancellation` is the id of the request."""

    cancellation: str
    reason: str


class CancelTurn(OrderFact):
    """The order's journey stands still until this request is decided."""

    cancellation: str


class CancellationState(OrderFact):
    """What became of a request: granted, done, refused, becomes_return."""

    cancellation: str
    state: str


class OrderHeld(OrderFact):
    """The order waits until somebody has looked at it."""

    why: str
    reason: str


class HoldReleased(OrderFact):
    by: str
    reason: str
    at: Instant


class ReturnLine(Value):
    line_id: str
    quantity: Units


class ReturnNeeded(OrderFact):
    """Goods have left that were to be cancelled; they are to come back."""

    cancellation: str
    lines: tuple[ReturnLine, ...]
    reason: str


class ReturnFact(Value):
    """Something happened to a return; `order_number` is empty where nobody has shown what was bought."""

    return_number: str
    order_number: str


class ReceiptFact(ReturnFact):
    """Goods came back, or were looked at; `return_number` is empty while nobody knows whose they are."""

    receipt: str


class GoodsDisposed(ReceiptFact):
    """What became of units that came back; `disposal` names it once."""

    disposal: str


class OrderChanged(OrderFact):
    """What was agreed is different now; `changes` says in words what."""

    changes: tuple[str, ...]


class PaymentExpiring(OrderFact):
    """Money held for an order soon is held no longer. `payment` names this hold: order, position, how often renewed."""

    payment: str
    position: int


class ShipmentDispatched(OrderFact):
    shipment_id: str
    carrier: str
    tracking_number: str


class ShipmentFound(Value):
    """A warehouse, when asked, knew a parcel that our book did not."""

    shipment_id: str
    shipment: Shipment


class ParcelSettled(OrderFact):
    shipment_id: str


class PickupFact(OrderFact):
    """Something happened to goods that a store keeps for their customer. The code to collect them is never in it."""

    pickup_id: str
    node: str


class PickupHandedOver(PickupFact):
    whole: bool


class PickupRejected(PickupFact):
    reason: str


class PickupMoved(PickupFact):
    to: str


class NoticeDue(OrderFact):
    """A customer is to be told something; `notice` is the id of the message, `template` names what it says."""

    notice: str
    template: str
    language: str


class StockChanged(Value):
    """What can be sold of these skus may be different now."""

    skus: tuple[Sku, ...]


class StockLineWorth(Value):
    sku: Sku
    units: int


class StockWorth(Value):
    """Goods changed their place or number under one document: what that is worth is booked once for each."""

    document: str
    node: NodeCode
    at: Instant
    lines: tuple[StockLineWorth, ...]


class SnapshotDue(Value):
    """It is time to ask what a node has; `snapshot` names this time."""

    snapshot: str
    node: str


class DisputeFact(Value):
    """A chargeback by the provider's own name for it."""

    dispute: str
    order_number: OrderNumber


class JournalBooked(Value):
    """An entry stands in our ledger; `order_number` is empty where no order caused it."""

    reference: str
    order_number: str


FACTS: dict[str, type[Value]] = {
    "commerce.order_received": InboxFact,
    "commerce.order_updated": InboxFact,
    "wms.shipment_reported": InboxFact,
    "wms.shipment_found": ShipmentFound,
    "wms.stock_reported": InboxFact,
    "payments.event_received": InboxFact,
    "payments.dispute_reported": InboxFact,
    "payments.refund_failed": InboxFact,
    "carrier.parcel_reported": InboxFact,
    "inbox.unrecognized": UnrecognizedFact,
    "inbox.conflict": ConflictFact,
    "order.placed": OrderPlaced,
    "order.accepted": OrderFact,
    "order.reserved": OrderFact,
    "order.released": OrderFact,
    "order.cancelled": OrderCancelled,
    "order.part_cancelled": OrderCancelled,
    "order.closed": OrderFact,
    "order.cancel_requested": CancelRequested,
    "order.cancel_turn": CancelTurn,
    "order.cancellation_decided": CancellationState,
    "order.cancellation_settled": CancellationState,
    "order.held": OrderHeld,
    "order.hold_released": HoldReleased,
    "order.changed": OrderChanged,
    "order.return_needed": ReturnNeeded,
    "return.requested": ReturnFact,
    "return.authorised": ReturnFact,
    "return.rejected": ReturnFact,
    "return.expired": ReturnFact,
    "return.label_issued": ReturnFact,
    "return.in_transit": ReturnFact,
    "return.lost": ReturnFact,
    "return.received": ReceiptFact,
    "return.inspected": ReceiptFact,
    "return.disposed": GoodsDisposed,
    "return.sale_booked": ReturnFact,
    "return.credited": ReturnFact,
    "return.refund_failed": ReturnFact,
    "return.refund_replaced": ReturnFact,
    "return.dispute_over": ReturnFact,
    "return.refunded": ReturnFact,
    "return.closed": ReturnFact,
    "dispute.opened": DisputeFact,
    "dispute.decided": DisputeFact,
    "payment.expiring": PaymentExpiring,
    "shipment.dispatched": ShipmentDispatched,
    "parcel.settled": ParcelSettled,
    "pickup.requested": PickupFact,
    "pickup.ready": PickupFact,
    "pickup.reminder": PickupFact,
    "pickup.arrived": PickupFact,
    "pickup.handed_over": PickupHandedOver,
    "pickup.expired": PickupFact,
    "pickup.rejected": PickupRejected,
    "pickup.moved": PickupMoved,
    "pickup.settled": PickupFact,
    "notice.due": NoticeDue,
    "stock.changed": StockChanged,
    "stock.snapshot_due": SnapshotDue,
    "stock_policy.changed": StockChanged,
    "stock.transfer_shipped": StockWorth,
    "stock.transfer_received": StockWorth,
    "stock.transfer_lost": StockWorth,
    "stock.adjusted": StockWorth,
    "journal.booked": JournalBooked,
}


class CloudEvent(Value):
    """The envelope (CloudEvents 1.0, JSON format)."""

    specversion: str = "1.0"
    id: str
    type: str
    source: str
    subject: str
    time: Instant
    datacontenttype: str = "application/json"
    correlationid: str = ""
    sequence: int
    data: dict[str, Any]


def envelope(
    *, event_id: str, name: str, subject: str, sequence: int, at: datetime, correlation_id: str, data: dict[str, Any]
) -> CloudEvent:
    """Put a fact into its envelope. Raises KeyError for an unknown name, ValidationError for data of another shape."""
    FACTS[name].model_validate(data)
    return CloudEvent(
        id=event_id,
        type=name,
        source="/retail-platform",
        subject=subject,
        time=at,
        correlationid=correlation_id,
        sequence=sequence,
        data=data,
    )
