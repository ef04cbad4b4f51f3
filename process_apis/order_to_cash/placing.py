"""Put an order into the book that people of ours or a business customer place: a desk, a portal, a till.

Each has a shape of its own and makes a Draft of it. The draft is priced as the channel sells, checked as a whole, and
becomes the canonical order. The same draft again is the order made before.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from canonical.money import Money, total
from canonical.order import Address, Customer, Order, OrderLine
from process_apis.catalog import queries as catalog
from process_apis.order_to_cash import offers, paying
from process_apis.order_to_cash.offers import Offer, OrderNotPossible
from process_apis.orders import services as orders
from process_apis.orders.models import Order as OrderRow
from retail_platform.kernel.idempotency.fingerprint import fingerprint
from retail_platform.kernel.problem import DomainError


class PlacedBefore(DomainError):
    """What you call this order is an order already, with other content. Give another one another name."""

    status, kind, title = 409, "placed-before", "This was placed before, with other content"


@dataclass(frozen=True, slots=True)
class Wish:
    """One line as it was asked for. `price` is agreed by hand; None: what the channel asks."""

    sku: str
    quantity: int
    price: Money | None = None
    discount: Money | None = None
    contract: str = ""
    wanted_on: date | None = None
    belongs_to: str = ""
    promotion: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as somebody asks for it. `name` stands for it at its channel, for ever.

    `payments` are as in `paying.tenders`; `offered` says which kinds may pay; `where` the fields of whoever asks, by
    what we call them, for pointers that fit.
    """

    channel: str
    name: str
    customer: Customer
    ship_to: Address
    lines: Sequence[Wish]
    payments: Sequence[Mapping[str, Any]]
    offered: paying.Offered | None = None
    pickup_node: str = ""
    purchase_order: str = ""
    sold_at: str = ""
    placed_by: str = ""
    where: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def acceptable() -> Iterator[None]:
    """Around the making of an order and its parts: what cannot be is refused, with a pointer to each field."""
    try:
        yield
    except ValidationError as wrong:
        raise OrderNotPossible(
            "The order as a whole is not acceptable; see errors.",
            errors=[{"pointer": "".join(f"/{part}" for part in e["loc"]), "detail": e["msg"]} for e in wrong.errors()],
        ) from wrong


@transaction.atomic
def place(draft: Draft, *, now: datetime) -> OrderRow:
    """The order in the book, and told of. Raises OrderNotPossible and PlacedBefore."""
    order = _order(draft, _offer(draft), now=now)
    row, new = orders.place(order)
    if not new and row.channel_version != order.channel_version:
        raise PlacedBefore(
            f"{draft.name} is order {row.number}, with other goods, address or payment; follow that one."
        )
    return row


def _offer(draft: Draft) -> Offer:
    try:
        channel = catalog.channel(draft.channel)
    except catalog.UnknownChannel as unknown:
        raise OrderNotPossible(
            str(unknown), errors=[{"pointer": "/channel", "detail": "It is not known."}]
        ) from unknown
    known = catalog.products([wish.sku for wish in draft.lines])
    lines, ship_to, node = (draft.where.get(part, f"/{part}") for part in ("lines", "ship_to", "pickup_node"))
    errors = [
        {"pointer": f"{lines}/{at}/sku", "detail": complaint}
        for at, wish in enumerate(draft.lines)
        if (complaint := offers.complaint(known.get(wish.sku), channel))
    ]
    for at, wish in enumerate(draft.lines):
        for name, amount in (("unit_price", wish.price), ("discount", wish.discount)):
            if amount and amount.currency != channel.currency:
                detail = f"The channel sells in {channel.currency}."
                errors.append({"pointer": f"{lines}/{at}/{name}/currency", "detail": detail})
    if channel.commerce:  # it would be told of parcels of an order it never had
        detail = "A shop of its own takes the orders of this channel; place it in one of ours."
        errors.append({"pointer": "/channel", "detail": detail})
    if not catalog.sells_to(draft.ship_to.country):
        errors.append({"pointer": f"{ship_to}/country", "detail": "We do not sell to this country."})
    if draft.pickup_node and (detail := offers.no_counter(draft.pickup_node, list(known.values()))):
        errors.append({"pointer": node, "detail": detail})
    if errors:
        raise OrderNotPossible("Correct what is named in errors, then send it again.", errors=errors)
    return Offer(channel, known)


def _order(draft: Draft, offer: Offer, *, now: datetime) -> Order:
    with acceptable():
        lines = tuple(_line(position, wish, offer) for position, wish in enumerate(draft.lines, start=1))
        if below := [at for at, line in enumerate(lines) if line.net.minor < 0]:
            field = draft.where.get("lines", "/lines")
            raise OrderNotPossible(
                "A discount is more than its line costs.",
                errors=[{"pointer": f"{field}/{at}/discount", "detail": "At most the line's price."} for at in below],
            )
        shipping = Money.zero(offer.currency) if draft.pickup_node else offer.shipping
        due = total([line.net for line in lines], currency=offer.currency) + shipping
        offered = draft.offered or paying.at_checkout(offer.channel.also_pays_with)
        return Order(
            channel=draft.channel,
            channel_order_id=_id(draft.name),
            channel_version=_content(draft),
            number=orders.new_number(),
            placed_at=now,
            currency=offer.currency,
            taxes_included=offer.channel.taxes_included,
            lines=lines,
            shipping=shipping,
            total=due,
            tenders=paying.tenders(
                {"payments": draft.payments}, due=due, offered=offered, at=draft.where.get("payments", "/payments")
            ),
            customer=draft.customer,
            ship_to=draft.ship_to,
            pickup_node=draft.pickup_node,
            purchase_order=draft.purchase_order,
            sold_at=draft.sold_at,
            placed_by=draft.placed_by,
        )


def _line(position: int, wish: Wish, offer: Offer) -> OrderLine:
    product = offer.products[wish.sku]
    return OrderLine(
        line_id=str(position),
        sku=wish.sku,
        title=product.title,
        quantity=wish.quantity,
        unit=product.unit,
        unit_price=wish.price or offer.price(wish.sku),
        discount=wish.discount or Money.zero(offer.currency),
        contract=wish.contract,
        wanted_on=wish.wanted_on,
        belongs_to=wish.belongs_to,
        promotion=wish.promotion,
    )


def _id(name: str) -> str:
    """The name as an id of 64 letters at most."""
    return name if len(name) <= 64 else sha256(name.encode()).hexdigest()


def _content(draft: Draft) -> str:
    """What was asked for, so that the same name with other content is told apart from a repeat."""
    asked = {
        "lines": [
            [wish.sku, wish.quantity, str(wish.price), str(wish.discount), wish.contract, str(wish.wanted_on)]
            + ([wish.belongs_to] if wish.belongs_to else [])
            + ([{"promotion": wish.promotion}] if wish.promotion else [])
            for wish in draft.lines
        ],
        "ship_to": draft.ship_to.model_dump(mode="json"),
        "payments": [{name: str(value) for name, value in each.items()} for each in draft.payments],
        "pickup_node": draft.pickup_node,
    }
    return fingerprint(path={}, body=asked).hex()
