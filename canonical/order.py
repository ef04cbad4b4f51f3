"""An order as the customer agreed to it, whichever channel it came through."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from canonical.ids import CountryCode, NodeCode, OrderNumber, Sku
from canonical.money import CurrencyCode, Money, total
from canonical.quantity import UnitCode, Units
from canonical.value import Instant, Value

Text = Annotated[str, Field(max_length=200)]


class Address(Value):
    """Where a parcel goes. The country decides the tax jurisdiction, so it is the one part nobody may leave out.

    Latitude and longitude, where somebody knows them, tell which node is near.
    """

    name: Text = ""
    line1: Text = ""
    line2: Text = ""
    city: Text = ""
    postcode: Annotated[str, Field(max_length=20)] = ""
    region: Text = ""
    country: CountryCode
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude, if both are known."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)


class Customer(Value):
    """Who bought. `reference` is the channel's own id for the person, where it has one."""

    reference: Annotated[str, Field(max_length=120)] = ""
    name: Text = ""
    email: Annotated[str, Field(max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+$")] = ""


class TenderState(StrEnum):
    """How far the money is: promised with a token, held by a provider, or already taken by the channel."""

    TOKEN = "token"  # noqa: S105  a state, not a secret
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    PENDING = "pending"


class Tender(Value):
    """One means of payment of an order. `reference` is a payment token, or the channel's id of the payment."""

    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    amount: Money
    state: TenderState
    reference: Annotated[str, Field(max_length=255)] = ""


class Risk(StrEnum):
    """How likely the channel thinks it is that somebody else's money pays."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class LineKind(StrEnum):
    """What a line is, and so which rule it follows. A bundle, its age limit and its release date are the catalog's."""

    GOODS = "goods"
    GIFT_WRAP = "gift_wrap"
    FEE = "fee"
    FREE_GIFT = "free_gift"
    PRE_ORDER = "pre_order"
    SUBSCRIPTION_RENEWAL = "subscription_renewal"

    @property
    def is_service(self) -> bool:
        """Has it no stock? Then it is billed with the first parcel of its order."""
        return self in (LineKind.GIFT_WRAP, LineKind.FEE)


class OrderLine(Value):
    """One sku of an order. `discount` is for the whole line; `tax` is None until someone has worked it out.

    `contract` is what a subscription renews; `wanted_on` the day a buyer wants to have it; `belongs_to` the line of
    goods that a gift wrap or a fee is for, and goes and comes back with; `promotion` what all of the discount is of,
    by its code, where that is one promotion.
    """

    line_id: Annotated[str, Field(min_length=1, max_length=64)]
    sku: Sku
    title: Text = ""
    quantity: Units
    unit: UnitCode = "EA"
    unit_price: Money
    discount: Money
    tax: Money | None = None
    kind: LineKind = LineKind.GOODS
    contract: Annotated[str, Field(max_length=64)] = ""
    wanted_on: date | None = None
    belongs_to: Annotated[str, Field(max_length=64)] = ""
    promotion: Annotated[str, Field(max_length=64)] = ""

    @property
    def net(self) -> Money:
        """What the line costs after its discount; it contains the tax where the order's prices do."""
        return self.unit_price * self.quantity - self.discount


class Order(Value):
    """What was bought, for how much, by whom, to where, and paid with what.

    The parts add up to `total` to the smallest unit; where tax is still unknown it counts as nothing. `pickup_node` is
    the store whose counter hands it over; empty, it is sent to `ship_to`, which decides the tax in either case.
    `purchase_order` is the buyer's own name of it; `sold_at` the store whose staff took it, `placed_by` who did.
    `edit_of` is what the channel called the order that it cancelled and made anew as this one.
    """

    channel: Annotated[str, Field(min_length=1, max_length=64)]
    channel_order_id: Annotated[str, Field(min_length=1, max_length=64)]
    channel_version: Annotated[str, Field(max_length=64)] = "1"
    number: OrderNumber
    placed_at: Instant
    currency: CurrencyCode
    taxes_included: bool
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1, max_length=500)]
    shipping: Money
    shipping_tax: Money | None = None
    total: Money
    tenders: Annotated[tuple[Tender, ...], Field(max_length=10)]  # none where there is nothing to pay
    customer: Customer
    ship_to: Address
    pickup_node: NodeCode | Literal[""] = ""
    risk: Risk | None = None  # nothing where the channel does not say
    purchase_order: Annotated[str, Field(max_length=64)] = ""
    sold_at: NodeCode | Literal[""] = ""
    placed_by: Annotated[str, Field(max_length=160)] = ""
    edit_of: Annotated[str, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def adds_up(self) -> Self:
        amounts = [self.shipping, self.total, *(t.amount for t in self.tenders), *(li.unit_price for li in self.lines)]
        if any(amount.currency != self.currency for amount in amounts):
            raise ValueError(f"every amount of order {self.number} must be in {self.currency}")
        if len({line.line_id for line in self.lines}) != len(self.lines):
            raise ValueError(f"two lines of order {self.number} have the same line_id")
        names = {line.line_id for line in self.lines}
        for line in self.lines:
            if line.belongs_to and line.belongs_to not in names - {line.line_id}:
                raise ValueError(f"line {line.line_id} of order {self.number} belongs to no other line of it")
            if line.kind == LineKind.FREE_GIFT and line.net.minor:
                raise ValueError(f"line {line.line_id} of order {self.number} is a free gift and costs {line.net.text}")
            if line.kind == LineKind.SUBSCRIPTION_RENEWAL and not line.contract:
                raise ValueError(f"line {line.line_id} of order {self.number} renews a subscription without a contract")
        parts = total([line.net for line in self.lines], currency=self.currency) + self.shipping
        if not self.taxes_included:
            taxes = [line.tax for line in self.lines if line.tax] + ([self.shipping_tax] if self.shipping_tax else [])
            parts = parts + total(taxes, currency=self.currency)
        if parts != self.total:
            raise ValueError(
                f"the parts of order {self.number} add up to {parts.text}, its total says {self.total.text}"
            )
        paid = total([tender.amount for tender in self.tenders], currency=self.currency)
        if paid != self.total:
            raise ValueError(f"the tenders of order {self.number} come to {paid.text}, its total is {self.total.text}")
        return self
