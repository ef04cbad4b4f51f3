"""Take an order from a shop of our own: check all of it, price it, put it into the book, show it at once."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from canonical.money import Money, total
from canonical.order import Order, OrderLine
from experience_apis.order_status import beginning, projection
from experience_apis.order_status.models import OrderStatus
from experience_apis.storefront.offer import Offer, OrderNotPossible, offer, pickup_node
from process_apis.order_to_cash import paying
from process_apis.orders import services as orders
from process_apis.orders.models import Order as OrderRow
from retail_platform.kernel.idempotency.fingerprint import fingerprint
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import DomainError


class CartOrderedBefore(DomainError):
    """This cart became an order already, with other content. Take a new cart_reference for another order."""

    status, kind, title = 409, "cart-ordered-before", "This cart was ordered before"


@transaction.atomic(savepoint=False)
def place(*, caller: Principal, key: str, body: Mapping[str, Any], now: datetime) -> OrderStatus:
    """The order of this request, in the book and visible at its status address when the transaction ends.

    `body` is a valid PlaceOrderIn. The same cart, or the same key long after its answer was forgotten, finds the
    order made then, whatever prices are now. Raises OrderNotPossible and CartOrderedBefore.
    """
    identity, content = _identity(caller, key, body), _content(body)
    try:
        order = _order(body, offer(body, caller=caller), identity=identity, content=content, now=now)
        row, new = orders.place(order)
    except OrderNotPossible:
        standing = OrderRow.objects.filter(channel=body["channel"], channel_order_id=identity).first()
        if standing is None:
            raise
        row, new = standing, False  # it was possible then
    if new:
        return beginning.begin(row, order, now=now)
    if row.channel_version != content:
        raise CartOrderedBefore(
            f"It is order {row.number}, with other lines, address or payment. "
            "Follow that one, or send this one under a new cart_reference and Idempotency-Key."
        )
    shown = OrderStatus.objects.filter(number=row.number).first()
    if shown is None:
        projection.refresh(row.number, now=now)
        shown = OrderStatus.objects.get(number=row.number)
    return shown


def _identity(caller: Principal, key: str, body: Mapping[str, Any]) -> str:
    """What stands for the order in (channel, channel_order_id), for ever."""
    cart = body.get("cart_reference")
    name = f"cart\n{caller.client}\n{cart}" if cart else f"key\n{caller.client}\nplace_order\n{key}"
    return "sf-" + sha256(name.encode()).hexdigest()[:48]


def _content(body: Mapping[str, Any]) -> str:
    asked = {name: value for name, value in body.items() if name != "expected_total"}
    return fingerprint(path={}, body=asked).hex()


def _order(body: Mapping[str, Any], offered: Offer, *, identity: str, content: str, now: datetime) -> Order:
    """The order as we will keep it. Raises OrderNotPossible for what only the whole can show, such as its total."""
    try:
        lines = _lines(body, offered)
        store = pickup_node(body)
        shipping = Money.zero(offered.currency) if store else offered.shipping
        due = total([line.net for line in lines], currency=offered.currency) + shipping
        _as_expected(body, due)
        return Order(
            channel=body["channel"],
            channel_order_id=identity,
            channel_version=content,
            number=orders.new_number(),
            placed_at=now,
            currency=offered.currency,
            taxes_included=offered.channel.taxes_included,
            lines=lines,
            shipping=shipping,
            total=due,
            tenders=paying.tenders(
                body,
                due=due,
                offered=paying.at_checkout(offered.channel.also_pays_with),
                known=offered.tender_kinds,
            ),
            customer=body["customer"],
            ship_to=body["ship_to"],
            pickup_node=store,
        )
    except ValidationError as wrong:
        raise OrderNotPossible(
            "The order as a whole is not acceptable; see errors.",
            errors=[{"pointer": "".join(f"/{part}" for part in e["loc"]), "detail": e["msg"]} for e in wrong.errors()],
        ) from wrong


def _lines(body: Mapping[str, Any], offered: Offer) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            line_id=str(position),
            sku=line["sku"],
            title=offered.products[line["sku"]].title,
            quantity=line["quantity"],
            unit=offered.products[line["sku"]].unit,
            unit_price=offered.price(line["sku"]),
            discount=Money.zero(offered.currency),
            belongs_to=line.get("belongs_to", ""),
        )
        for position, line in enumerate(body["lines"], start=1)
    )


def _as_expected(body: Mapping[str, Any], due: Money) -> None:
    expected = body.get("expected_total")
    if expected and (expected.minor, expected.currency) != (due.minor, due.currency):
        shown = Money(minor=expected.minor, currency=expected.currency)
        detail = f"You expect {shown.text} {shown.currency}, it comes to {due.text} {due.currency}."
        raise OrderNotPossible(
            f"{detail} Show the buyer the new total and ask again.",
            errors=[{"pointer": "/expected_total", "detail": detail}],
        )
