"""What a shopper is told about an order: a state of theirs, a headline, and what happens next. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from experience_apis.order_status.models import ShopperState
from process_apis.orders.models import OrderState
from process_apis.pickups.models import PickupState

_STATE: Mapping[str, ShopperState] = {
    OrderState.RECEIVED: ShopperState.RECEIVED,
    OrderState.ACCEPTED: ShopperState.RECEIVED,
    OrderState.RESERVED: ShopperState.CONFIRMED,
    OrderState.RELEASED: ShopperState.PREPARING,
    OrderState.PART_SHIPPED: ShopperState.PARTLY_SHIPPED,
    OrderState.SHIPPED: ShopperState.SHIPPED,
    OrderState.CLOSED: ShopperState.COMPLETED,
    OrderState.CANCELLED: ShopperState.CANCELLED,
}
_TOLD: Mapping[ShopperState, tuple[str, str]] = {
    ShopperState.RECEIVED: ("We have your order.", "We check it and set the goods aside for you."),
    ShopperState.CONFIRMED: ("The goods are set aside for you.", "We confirm your payment, then we pack."),
    ShopperState.PREPARING: ("Your order is being packed.", "You see the tracking number here once it leaves us."),
    ShopperState.READY_TO_COLLECT: (
        "Your order is ready to collect at {store} until {until}.",
        "Bring the code ending in {hint}, or an identity document. Somebody else may come with the code.",
    ),
    ShopperState.PARTLY_SHIPPED: (
        "{shipped} of {units} items are on their way.",
        "The rest follows in another parcel at no extra cost.",
    ),
    ShopperState.SHIPPED: ("Your order is on its way.", "Follow it with the tracking number."),
    ShopperState.COMPLETED: ("Your order is complete.", "Nothing more to do. You can still announce a return."),
    ShopperState.CANCELLED: ("Your order was cancelled.", "{money}"),
    ShopperState.NEEDS_ATTENTION: ("We are looking into your order.", "One of us is on it and writes to you."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What stands on the status page."""

    state: ShopperState
    headline: str
    what_next: str


_PICKING = (
    "{store} is picking your order.",
    "It is ready by {ready_by} at the latest; you see here when you can come.",
)
_COLLECTED = ("You have collected your order.", "Nothing more to do. You can still announce a return.")
_OPEN = (OrderState.RESERVED, OrderState.RELEASED)


@dataclass(frozen=True, slots=True)
class Counter:
    """The pickup of an order, as far as words need it. Times as the shopper reads them."""

    state: str
    store: str
    ready_by: str
    until: str
    hint: str


def tell(
    state: str,
    *,
    held: bool,
    units: int,
    shipped: int,
    paid_minor: int,
    refunded_minor: int,
    counter: Counter | None = None,
) -> Told:
    """Put the state of the book into words. `held`: the order waits for a person and nothing has happened since."""
    shown = ShopperState.NEEDS_ATTENTION if held else _STATE[state]
    words = {"store": "", "ready_by": "", "until": "", "hint": ""}
    at_counter: tuple[str, str] | None = None
    if counter and not held:
        words = {"store": counter.store, "ready_by": counter.ready_by, "until": counter.until, "hint": counter.hint}
        if state in _OPEN and counter.state in (PickupState.READY, PickupState.ARRIVED):
            shown = ShopperState.READY_TO_COLLECT
        elif state in _OPEN and counter.state in (PickupState.RESERVED, PickupState.PICKING):
            at_counter = _PICKING
        elif counter.state in (PickupState.HANDED_OVER, PickupState.COLLECTED_PARTIAL):
            shown, at_counter = ShopperState.COMPLETED, _COLLECTED
    headline, what_next = at_counter or _TOLD[shown]
    if paid_minor > refunded_minor:
        money = "What you paid is given back the way you paid it."
    else:
        money = "You have been given back all you paid." if paid_minor else "Nothing was taken from you."
    return Told(
        shown,
        headline.format(shipped=shipped, units=units, **words),
        what_next.format(money=money, **words),
    )
