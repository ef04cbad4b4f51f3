"""Canonical values of one small order, for calls to any vendor."""

from datetime import UTC, date, datetime
from uuid import uuid4

from canonical.journal import CreditMemo, Invoice, InvoiceLine, JournalEntry, Posting
from canonical.money import Money
from canonical.order import Address, Customer, Order, OrderLine, Tender, TenderState
from canonical.shipment import ReleaseOrder, Shipment, ShipmentLine
from canonical.tax import TaxDocument, TaxLine

BERLIN = Address(name="Ada Sample", line1="Am Markt 1", city="Berlin", postcode="10117", country="DE")


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def an_order(number: str = "") -> Order:
    """Two lines, a discount and shipping: 48.88 euro, tax included."""
    return Order(
        channel="web",
        channel_order_id="5000000001",
        number=number or f"W-{uuid4().hex[:10]}",
        placed_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        currency="EUR",
        taxes_included=True,
        lines=(
            OrderLine(line_id="1", sku="BOOT-42", quantity=2, unit_price=eur(1999), discount=eur(100), tax=eur(620)),
            OrderLine(line_id="2", sku="SOCK-1", quantity=1, unit_price=eur(500), discount=eur(0)),
        ),
        shipping=eur(490),
        total=eur(4888),
        tenders=(Tender(kind="card", amount=eur(4888), state=TenderState.TOKEN, reference="tok_visa"),),
        customer=Customer(reference="C-1", name="Ada Sample", email="ada@customer.example"),
        ship_to=BERLIN,
    )


def an_invoice() -> Invoice:
    return Invoice(
        number=f"INV-{uuid4().hex[:8]}",
        order_number="W-1",
        issued_on=date(2026, 3, 2),
        lines=(InvoiceLine(sku="BOOT-42", quantity=2, net=eur(3276), tax=eur(622)),),
        shipping_net=eur(412),
        shipping_tax=eur(78),
        total=eur(4388),
    )


def a_credit_memo() -> CreditMemo:
    number = uuid4().hex[:8]
    return CreditMemo(
        number=f"CM-{number}",
        order_number="W-1",
        invoices=(f"INV-{number}",),
        issued_on=date(2026, 3, 9),
        lines=(InvoiceLine(sku="BOOT-42", quantity=1, net=eur(1638), tax=eur(311)),),
        shipping_net=eur(0),
        shipping_tax=eur(0),
        kept=eur(100),
        total=eur(1849),
    )


def an_entry(*, day: date = date(2026, 3, 2)) -> JournalEntry:
    reference = uuid4().hex[:8]
    return JournalEntry(
        reference=reference,
        entity="DE01",
        purpose="sale",
        source_event=f"parcel:{reference}",
        booked_on=day,
        postings=(
            Posting(account="1200", amount=eur(4388)),
            Posting(account="4000", amount=eur(-3688)),
            Posting(account="2200", amount=eur(-700)),
        ),
    )


def a_release(*, number: str = "", units: int = 2) -> ReleaseOrder:
    lines = (ShipmentLine(line_id="1", sku="BOOT-42", quantity=units),)
    return ReleaseOrder(order_number=number or f"W-{uuid4().hex[:10]}", node="WH-1", lines=lines, ship_to=BERLIN)


def a_shipment(*, order_number: str, line_id: str, units: int = 1) -> Shipment:
    return Shipment(
        shipment_id=f"P-{uuid4().hex[:8]}",
        order_number=order_number,
        node="WH-1",
        carrier="SANDPOST",
        tracking_number=f"SP{uuid4().hex[:10]}",
        lines=(ShipmentLine(line_id=line_id, sku="BOOT-42", quantity=units),),
        dispatched_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
    )


def a_tax_document(
    *, code: str = "", country: str = "DE", tax_code: str = "standard", minor: int = 1999
) -> TaxDocument:
    return TaxDocument(
        code=code or f"INV/{uuid4().hex[:8]}",
        date=date(2026, 3, 2),
        ship_to=BERLIN.model_copy(update={"country": country}),
        taxes_included=True,
        lines=(TaxLine(line_id="1", sku="BOOT-42", tax_code=tax_code, amount=eur(minor)),),
    )
