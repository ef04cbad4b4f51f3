"""What a shopper is told about an order: a state of theirs, a headline, and what happens next. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from experience_apis.order_status.models import ShopperState
from process_apis.orders.models import OrderState

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


def tell(state: str, *, held: bool, units: int, shipped: int, paid_minor: int, refunded_minor: int) -> Told:
    """Put the state of the book into words. `held`: the order waits for a person and nothing has happened since."""
    shown = ShopperState.NEEDS_ATTENTION if held else _STATE[state]
    headline, what_next = _TOLD[shown]
    if paid_minor > refunded_minor:
        money = "What you paid is given back the way you paid it."
    else:
        money = "You have been given back all you paid." if paid_minor else "Nothing was taken from you."
    return Told(shown, headline.format(shipped=shipped, units=units), what_next.format(money=money))
