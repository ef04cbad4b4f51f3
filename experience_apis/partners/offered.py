"""Which facts partners may hear. All are about an order, so that a channel's limit can be kept; none names a person."""

OFFERED: tuple[str, ...] = (
    "order.placed",
    "order.accepted",
    "order.released",
    "order.changed",
    "order.backordered",
    "order.line_substituted",
    "order.part_cancelled",
    "order.cancelled",
    "order.closed",
    "order.cancellation_settled",
    "shipment.dispatched",
    "pickup.requested",
    "pickup.ready",
    "pickup.reminder",
    "pickup.handed_over",
    "pickup.expired",
    "pickup.moved",
    "notice.due",
)
EVERYTHING = "*"


def wanted(name: str, *, events: list[str]) -> bool:
    """Whether an endpoint with these events hears of a fact."""
    return name in OFFERED and (EVERYTHING in events or name in events)
