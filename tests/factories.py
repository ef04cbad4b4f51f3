"""Things tests are about, valid as they stand: a test names only what it is about."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings

from canonical.journal import JournalEntry, Posting
from canonical.money import Money, total
from canonical.order import Address, Customer, Order, OrderLine, Tender, TenderState
from canonical.shipment import Shipment, ShipmentLine
from canonical.stock import MovementReason, StockMovement
from process_apis.catalog import tenders
from process_apis.catalog.models import Channel, Jurisdiction, Node, Product
from process_apis.ledger import services as ledger
from process_apis.ledger.models import Account
from process_apis.stock import services as stock
from process_apis.stock.incoming import owners
from retail_platform.kernel import clock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHART = {
    "PSP": "1000", "AR": "1200", "INV": "1400", "DEP": "2100", "TAX": "2200", "REV": "4000", "SHIPREV": "4010",
    "DISC": "4090", "COGS": "5000", "INVT": "1410", "WOFF": "5100", "CHAN": "1010", "COD": "1020",
    "GC": "2300", "SC": "2310", "LOY": "2320",
    "RFL": "2110", "RET": "4020", "INVQ": "1420", "OTHER": "4500", "CHBK": "1030", "CBL": "5200", "FEEP": "5210",
    "AP": "2000", "GRNI": "2010", "TILL": "1040", "BANK": "1050", "FX": "5300",
    "WRAPREV": "4030", "FEEREV": "4040",
}  # fmt: skip


def eur(minor: int) -> Money:
    """Cents of a euro."""
    return Money(minor=minor, currency="EUR")


def a_line(**changes: Any) -> OrderLine:
    """One unit at 119.00 with 19.00 of tax in it."""
    fields: dict[str, Any] = {
        "line_id": "1", "sku": "BOOT-42", "title": "Boot, size 42", "quantity": 1, "unit_price": eur(11900),
        "discount": eur(0), "tax": eur(1900),
    }  # fmt: skip
    return OrderLine(**{**fields, **changes})


def an_order(**changes: Any) -> Order:
    """A web order of one line, shipped to Germany; its total and one card tender follow from its lines."""
    lines = changes.pop("lines", (a_line(),))
    shipping = changes.pop("shipping", eur(0))
    sum_of_it = total([line.net for line in lines], currency="EUR") + shipping
    fields: dict[str, Any] = {
        "channel": "web",
        "channel_order_id": changes.get("number", "W-1001"),
        "number": "W-1001",
        "placed_at": NOON,
        "currency": "EUR",
        "taxes_included": True,
        "lines": lines,
        "shipping": shipping,
        "shipping_tax": eur(0),
        "total": sum_of_it,
        "tenders": (Tender(kind="card", amount=sum_of_it, state=TenderState.TOKEN, reference="tok_visa"),),
        "customer": Customer(name="Ada Winter", email="ada@example.com"),
        "ship_to": Address(name="Ada Winter", line1="Hauptstr. 1", city="Berlin", postcode="10115", country="DE"),
    }
    return Order(**{**fields, **changes})


def a_shipment(**changes: Any) -> Shipment:
    """A parcel with the one unit of `an_order`, from the warehouse."""
    fields: dict[str, Any] = {
        "shipment_id": "SHP-1", "order_number": "W-1001", "node": "WH-1", "carrier": "DHL", "tracking_number": "JD01",
        "lines": (ShipmentLine(line_id="1", sku="BOOT-42", quantity=1),), "dispatched_at": NOON,
    }  # fmt: skip
    return Shipment(**{**fields, **changes})


def an_entry(*amounts: tuple[str, int], **changes: Any) -> JournalEntry:
    """An entry of (account, minor) postings; one euro from revenue to receivables unless told otherwise."""
    postings = amounts or (("1200", 100), ("4000", -100))
    fields: dict[str, Any] = {
        "reference": "SALE-1", "entity": settings.LEGAL_ENTITY, "purpose": "sale", "source_event": "parcel:SHP-1",
        "booked_on": NOON.date(), "postings": tuple(Posting(account=a, amount=eur(minor)) for a, minor in postings),
    }  # fmt: skip
    return JournalEntry(**{**fields, **changes})


def a_movement(**changes: Any) -> StockMovement:
    """Ten units received in the warehouse."""
    fields: dict[str, Any] = {
        "key": "receipt:1", "sku": "BOOT-42", "node": "WH-1", "units": 10, "reason": MovementReason.RECEIPT,
        "source": "test", "occurred_at": NOON,
    }  # fmt: skip
    return StockMovement(**{**fields, **changes})


def a_catalog(*, skus: Iterable[str] = ("BOOT-42",), stores: int = 1) -> None:
    """Products at 119.00, a warehouse WH-1, stores, the channel "web", Germany, a chart of accounts, open periods,
    and what a flush between tests takes away of what migrations wrote.
    """
    Product.objects.bulk_create(
        [
            Product(
                sku=sku, title=f"Product {sku}", tax_code="standard", price_minor=11900, cost_minor=4000, currency="EUR"
            )
            for sku in skus
        ],
        ignore_conflicts=True,
    )
    nodes = [Node(code="WH-1", name="Warehouse", kind="warehouse", rank=10, wms="wms")]
    nodes += [Node(code=f"STORE-{n:03d}", name=f"Store {n}", kind="store", wms="wms") for n in range(1, stores + 1)]
    Node.objects.bulk_create(nodes, ignore_conflicts=True)
    Channel.objects.get_or_create(code="web", defaults={"name": "Our own storefront", "currency": "EUR"})
    Jurisdiction.objects.get_or_create(country="DE", defaults={"name": "Germany"})
    tenders.write_standard()
    owners.write_standard()
    a_chart(days=(NOON.date(), clock.now().date()))


def a_chart(*, days: Iterable[date] = (NOON.date(),)) -> None:
    """Every account the journeys use, and an open period around each day."""
    accounts = [Account(code=code, role=role, name=role.title()) for role, code in CHART.items()]
    Account.objects.bulk_create(accounts, ignore_conflicts=True)
    ledger.open_periods(entity=settings.LEGAL_ENTITY, months=list(days))


def on_hand(units: Mapping[str, int], *, node: str = "WH-1") -> None:
    """Put goods on the shelf: {"BOOT-42": 3}."""
    stock.move(
        [
            a_movement(key=f"opening:{node}:{sku}", sku=sku, node=node, units=count, reason=MovementReason.OPENING)
            for sku, count in units.items()
        ]
    )
