"""Read an order as the pretend shop writes it: the parts of a Shopify order (REST) that say something."""

import re

from pydantic import Field

from canonical.money import Money, total
from canonical.order import Address, Customer, Order, OrderLine, Tender, TenderState
from canonical.value import Instant
from system_apis.commerce.port import OrderChange
from system_apis.transport.shape import Shape, meaning, read_raw

STATES = {"paid": TenderState.CAPTURED, "authorized": TenderState.AUTHORIZED}


class _Allocation(Shape):
    amount: str


class _Tax(Shape):
    price: str


class _Line(Shape):
    id: int
    sku: str = Field(min_length=1)
    title: str = ""
    quantity: int
    current_quantity: int | None = None
    price: str
    discount_allocations: list[_Allocation] = []
    tax_lines: list[_Tax] = []


class _Shipping(Shape):
    price: str
    discount_allocations: list[_Allocation] = []
    tax_lines: list[_Tax] = []


class _Note(Shape):
    name: str
    value: str | None = None


class _Customer(Shape):
    id: int
    first_name: str | None = None
    last_name: str | None = None


class _Address(Shape):
    name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    province_code: str | None = None
    country_code: str


class _Order(Shape):
    id: int
    name: str
    created_at: Instant = Field(strict=False)
    updated_at: str = "1"
    cancelled_at: str | None = None
    cancel_reason: str | None = None
    currency: str
    taxes_included: bool
    financial_status: str
    email: str | None = None
    total_price: str
    line_items: list[_Line]
    shipping_lines: list[_Shipping] = []
    payment_gateway_names: list[str] = []
    note_attributes: list[_Note] = []
    replaces_order_id: int | None = None
    customer: _Customer | None = None
    shipping_address: _Address


def read_change(raw: bytes) -> OrderChange:
    """What remains of each line, and whether the whole order was cancelled. Raises ContractBroken."""
    said = read_raw(_Order, raw)
    remains = {
        str(line.id): line.quantity if line.current_quantity is None else line.current_quantity
        for line in said.line_items
    }
    return OrderChange(str(said.id), bool(said.cancelled_at), said.cancel_reason or "", remains)


def read_order(raw: bytes, *, channel: str) -> Order:
    """The order of a webhook. Raises ContractBroken with the fields that are wrong, or the sum that does not add up."""
    said = read_raw(_Order, raw)
    with meaning(f"order {said.name[:64]}"):
        lines = tuple(_line(line, said.currency) for line in said.line_items)
        shipping = [_less(Money.of(one.price, said.currency), one.discount_allocations) for one in said.shipping_lines]
        return Order(
            channel=channel,
            channel_order_id=str(said.id),
            channel_version=said.updated_at,
            number=said.name,
            placed_at=said.created_at,
            currency=said.currency,
            taxes_included=said.taxes_included,
            lines=lines,
            shipping=total(shipping, currency=said.currency),
            shipping_tax=_tax([tax for one in said.shipping_lines for tax in one.tax_lines], said.currency),
            total=Money.of(said.total_price, said.currency),
            tenders=(_tender(said),),
            customer=_customer(said),
            ship_to=_address(said.shipping_address),
            edit_of=str(said.replaces_order_id or ""),
        )


def _line(line: _Line, currency: str) -> OrderLine:
    price = Money.of(line.price, currency)
    return OrderLine(
        line_id=str(line.id),
        sku=line.sku,
        title=line.title[:200],
        quantity=line.quantity,
        unit_price=price,
        discount=-_less(Money.zero(currency), line.discount_allocations),
        tax=_tax(line.tax_lines, currency),
    )


def _less(amount: Money, allocations: list[_Allocation]) -> Money:
    return amount - total([Money.of(one.amount, amount.currency) for one in allocations], currency=amount.currency)


def _tax(taxes: list[_Tax], currency: str) -> Money | None:
    return total([Money.of(tax.price, currency) for tax in taxes], currency=currency) if taxes else None


def _tender(said: _Order) -> Tender:
    """A payment token among the notes says that nobody has asked the provider yet, whatever the shop's status says."""
    amount = Money.of(said.total_price, said.currency)
    token = next((note.value for note in said.note_attributes if note.name == "payment_token" and note.value), None)
    if token and said.financial_status != "paid":
        return Tender(kind="card", amount=amount, state=TenderState.TOKEN, reference=token)
    kind = re.sub(r"[^a-z]+", "_", (said.payment_gateway_names or ["other"])[0].lower()).strip("_")[:32] or "other"
    state = STATES.get(said.financial_status, TenderState.PENDING)
    return Tender(kind=kind, amount=amount, state=state, reference=str(said.id))


def _customer(said: _Order) -> Customer:
    if said.customer is None:
        return Customer(email=said.email or "")
    name = f"{said.customer.first_name or ''} {said.customer.last_name or ''}".strip()
    return Customer(reference=str(said.customer.id), name=name, email=said.email or "")


def _address(said: _Address) -> Address:
    return Address(
        name=said.name or "",
        line1=said.address1 or "",
        line2=said.address2 or "",
        city=said.city or "",
        postcode=said.zip or "",
        region=said.province_code or "",
        country=said.country_code,
    )
