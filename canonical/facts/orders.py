"""Facts of an order on its way from placed to closed, of its parcels, and of what its customer is to be told."""

from datetime import date

from canonical.ids import NodeCode, OrderNumber, Sku
from canonical.money import CurrencyCode, Minor
from canonical.quantity import Units
from canonical.value import Instant, Value


class OrderFact(Value):
    """Something happened to an order."""

    order_number: OrderNumber
    channel: str


class OrderPlaced(OrderFact):
    """An order is in the book. After an outage the older business date goes first, then the lower priority."""

    total_minor: Minor
    currency: CurrencyCode
    business_date: date | None = None
    priority: int | None = None


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


class OrderChanged(OrderFact):
    """What was agreed is different now; `changes` says in words what."""

    changes: tuple[str, ...]


class LineMissing(OrderFact):
    """A node does not have units it was asked to send, or does not answer. `outcome` says what is done about it."""

    line_id: str
    sku: Sku
    node: NodeCode
    units: Units
    cause: str
    outcome: str


class LinePostponed(OrderFact):
    """Units of a line are sent later than the rest; `promised_on` is the day they are expected, or empty."""

    later: str
    line_id: str
    sku: Sku
    node: NodeCode
    units: Units
    promised_on: str


class LineSubstituted(OrderFact):
    """Units of line `instead_of` are sent as another product, on a line of their own, at no higher price."""

    line_id: str
    sku: Sku
    units: Units
    instead_of: str


class SendUnanswered(OrderFact):
    """A node was asked to send its part and has not said yes in time."""

    node: NodeCode
    request: str


class GoodsArrived(Value):
    """What a backorder waits for has come in."""

    order_number: OrderNumber
    later: str
    sku: Sku
    node: NodeCode


class ShipmentDispatched(OrderFact):
    shipment_id: str
    carrier: str
    tracking_number: str


class ParcelSettled(OrderFact):
    shipment_id: str


class NoticeDue(OrderFact):
    """A customer is to be told something; `notice` is the id of the message, `template` names what it says."""

    notice: str
    template: str
    language: str


FACTS: dict[str, type[Value]] = {
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
    "order.line_missing": LineMissing,
    "order.sent_later": LinePostponed,
    "order.backordered": LinePostponed,
    "order.line_substituted": LineSubstituted,
    "order.send_unanswered": SendUnanswered,
    "order.goods_arrived": GoodsArrived,
    "shipment.dispatched": ShipmentDispatched,
    "parcel.settled": ParcelSettled,
    "notice.due": NoticeDue,
}
