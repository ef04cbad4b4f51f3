"""Orders of the marketplace, from and to its own words: items, seller skus, postage, a fraud score from 0 to 100."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from canonical.money import Money
from canonical.order import Address, Customer, Order, OrderLine, Risk, Tender, TenderState
from canonical.shipment import Shipment
from canonical.value import Instant
from system_apis.commerce.port import FeedItem, FeedPage, OrderChange
from system_apis.errors import ContractBroken
from system_apis.terms import VendorRef
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, meaning, read, read_raw

NOT_OURS_YET, CANCELED = "PENDING", "CANCELED"
HIGH_RISK, MEDIUM_RISK = 80, 50


class _Item(Shape):
    itemId: str = Field(min_length=1)  # noqa: N815 - the marketplace's own spelling
    sellerSku: str = Field(min_length=1)  # noqa: N815
    name: str = ""
    units: int = Field(ge=1)
    unitPrice: str  # noqa: N815
    promotion: str = "0"
    canceled: int = 0


class _Buyer(Shape):
    id: str
    name: str = ""
    mailAlias: str = ""  # noqa: N815


class _Address(Shape):
    recipient: str = ""
    street: str = ""
    town: str = ""
    postalCode: str = ""  # noqa: N815
    country: str


class _Order(Shape):
    orderId: str = Field(min_length=1)  # noqa: N815
    revision: int
    state: str
    purchasedAt: Instant = Field(strict=False)  # noqa: N815
    currency: str
    items: list[_Item] = Field(min_length=1)
    postage: str = "0"
    grandTotal: str  # noqa: N815
    fraudScore: int = 0  # noqa: N815
    buyer: _Buyer
    deliverTo: _Address  # noqa: N815


class _Named(Shape):
    orderId: str  # noqa: N815
    revision: int
    state: str


class _Page(Shape):
    orders: list[_Named]
    cursor: str


class _Receipt(Shape):
    receiptId: str = Field(min_length=1)  # noqa: N815
    orderId: str  # noqa: N815


def read_page(answer: Answer) -> FeedPage:
    """The orders of a page, each raw. One that is pending is not sold yet: it comes again when it is."""
    page = read(_Page, answer)
    raws = answer.json()["orders"]
    items = [
        FeedItem(named.orderId, str(named.revision), json.dumps(raw, separators=(",", ":")).encode())
        for named, raw in zip(page.orders, raws, strict=True)
        if named.state != NOT_OURS_YET
    ]
    return FeedPage(items, page.cursor)


def read_order(raw: bytes, *, channel: str) -> Order:
    """One order as it was agreed there. The marketplace has the buyer's money, and owes it to us once goods left."""
    said = read_raw(_Order, raw)
    with meaning(f"order {said.orderId[:64]}"):
        whole = Money.of(said.grandTotal, said.currency)
        return Order(
            channel=channel,
            channel_order_id=said.orderId,
            channel_version=str(said.revision),
            number=said.orderId,
            placed_at=said.purchasedAt,
            currency=said.currency,
            taxes_included=True,
            lines=tuple(_line(item, said.currency) for item in said.items),
            shipping=Money.of(said.postage, said.currency),
            total=whole,
            tenders=(Tender(kind="channel", amount=whole, state=TenderState.AUTHORIZED, reference=said.orderId),),
            customer=Customer(reference=said.buyer.id, name=said.buyer.name, email=said.buyer.mailAlias),
            ship_to=Address(
                name=said.deliverTo.recipient,
                line1=said.deliverTo.street,
                city=said.deliverTo.town,
                postcode=said.deliverTo.postalCode,
                country=said.deliverTo.country,
            ),
            risk=_risk(said.fraudScore),
        )


def read_change(raw: bytes) -> OrderChange:
    """What remains of each item, and whether all of the order was canceled there."""
    said = read_raw(_Order, raw)
    remains = {item.itemId: item.units - item.canceled for item in said.items}
    return OrderChange(said.orderId, said.state == CANCELED, "canceled at the marketplace", remains)


def to_parcel(shipment: Shipment) -> dict[str, Any]:
    """A parcel as the marketplace wants to hear of it."""
    items = [{"itemId": line.line_id, "units": line.quantity} for line in shipment.lines]
    carrier = {"carrierName": shipment.carrier, "trackingCode": shipment.tracking_number}
    return {"items": items, **carrier, "shippedAt": shipment.dispatched_at.isoformat()}


def to_units(units: Mapping[str, int], **more: Any) -> dict[str, Any]:
    """Units by item that will not come or came back."""
    return {"items": [{"itemId": name, "units": count} for name, count in units.items()], **more}


def read_receipt(answer: Answer, *, order_id: str) -> VendorRef:
    """What the marketplace calls what we told it. Raises ContractBroken when it is about another order."""
    made = read(_Receipt, answer)
    if made.orderId != order_id:
        raise ContractBroken(f"orderId: told of {made.orderId}, not {order_id}", evidence=answer.evidence)
    return VendorRef(made.receiptId)


def _line(item: _Item, currency: str) -> OrderLine:
    return OrderLine(
        line_id=item.itemId,
        sku=item.sellerSku,
        title=item.name[:200],
        quantity=item.units,
        unit_price=Money.of(item.unitPrice, currency),
        discount=Money.of(item.promotion, currency),
    )


def _risk(score: int) -> Risk:
    return Risk.HIGH if score >= HIGH_RISK else Risk.MEDIUM if score >= MEDIUM_RISK else Risk.LOW
