"""Master data of a retailer that does not exist: 500 skus, gift wrap, warehouses, stores, a maker, channels, accounts.

It is the same for every seed, so that examples in the documentation work on any demo.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.conf import settings

from canonical.product import NodeKind
from process_apis.catalog import tenders
from process_apis.catalog.models import Channel, Jurisdiction, Node, Product
from process_apis.ledger import services as ledger
from process_apis.ledger.models import Account

SKUS = 500
KINDS = ("Boot", "Coat", "Scarf", "Shirt", "Lamp", "Mug", "Novel", "Tent", "Kettle", "Puzzle")
COLOURS = ("black", "white", "red", "green", "blue", "sand", "grey", "plum")
TOWNS = (
    ("Berlin", 52.52, 13.40), ("Hamburg", 53.55, 9.99), ("Munich", 48.14, 11.58), ("Cologne", 50.94, 6.96),
    ("Frankfurt", 50.11, 8.68), ("Stuttgart", 48.78, 9.18), ("Dresden", 51.05, 13.74), ("Leipzig", 51.34, 12.37),
    ("Bremen", 53.08, 8.80), ("Hanover", 52.37, 9.74), ("Vienna", 48.21, 16.37), ("Utrecht", 52.09, 5.12),
)  # fmt: skip
COUNTRIES = {"DE": "Germany", "AT": "Austria", "NL": "Netherlands", "FR": "France"}
CHART = (
    ("1000", "PSP", "Payment clearing"), ("1200", "AR", "Customer receivables"), ("1400", "INV", "Inventory"),
    ("1410", "INVT", "Inventory in transit"), ("5100", "WOFF", "Inventory loss"),
    ("2100", "DEP", "Customer deposits"), ("2200", "TAX", "Tax payable"), ("4000", "REV", "Goods revenue"),
    ("1010", "CHAN", "Channel receivables"), ("1020", "COD", "Cash on delivery with carriers"),
    ("2300", "GC", "Gift card liability"), ("2310", "SC", "Store credit"), ("2320", "LOY", "Loyalty deferral"),
    ("4010", "SHIPREV", "Shipping revenue"), ("4090", "DISC", "Discounts"), ("5000", "COGS", "Cost of goods sold"),
    ("2110", "RFL", "Refund liability"), ("4020", "RET", "Returns"), ("1420", "INVQ", "Returned goods to inspect"),
    ("4500", "OTHER", "Other income"), ("1030", "CHBK", "Chargebacks under dispute"),
    ("5200", "CBL", "Chargeback loss"),
    ("4030", "WRAPREV", "Gift wrap revenue"), ("4040", "FEEREV", "Revenue from fees"),
    ("5210", "FEEP", "Payment fees"), ("2000", "AP", "Vendors"), ("2010", "GRNI", "Goods received, not invoiced"),
    ("1040", "TILL", "Cash in tills"),
    ("1050", "BANK", "Bank"), ("5300", "FX", "Exchange differences"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opening:
    """Goods that lie in a node when the first day begins."""

    sku: str
    node: str
    units: int


def sku_of(number: int) -> str:
    """SKU-00001 is the first."""
    return f"SKU-{number:05d}"


def in_both(number: int) -> bool:
    """Does what has this number lie in both warehouses?"""
    return number % 50 not in (0, 25) and number % 7 > 0


IN_STORES = tuple(sku_of(number) for number in range(50, SKUS, 50))  # and nowhere else; the last is in the examples
AT_MAKER = tuple(sku_of(number) for number in range(25, SKUS, 50))  # he sends them himself
MAKER, GIFT_WRAP = "MAKER-1", "GIFT-WRAP"


def write() -> list[Opening]:
    """Write all master data; what is there is brought up to date. Returns the opening stock."""
    Product.objects.bulk_create(
        [*_products(), _gift_wrap()],
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=["title", "tax_code", "price_minor", "cost_minor", "currency", "kind", "revenue_role"],
    )
    Node.objects.bulk_create(
        _nodes(),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "kind", "rank", "wms", "offers_pickup", "opening_hours"],
    )
    Channel.objects.bulk_create(
        _channels(), update_conflicts=True, unique_fields=["code"],
        update_fields=["name", "currency", "taxes_included", "commerce", "shipping_minor", "also_pays_with"],
    )  # fmt: skip
    Jurisdiction.objects.bulk_create(
        [Jurisdiction(country=country, name=name) for country, name in COUNTRIES.items()], ignore_conflicts=True
    )
    Account.objects.bulk_create(
        [Account(code=code, role=role, name=name) for code, role, name in CHART], ignore_conflicts=True
    )
    tenders.write_standard()
    today = ledger.business_day()
    ledger.open_periods(entity=settings.LEGAL_ENTITY, months=_months_around(today))
    return _opening()


def _products() -> list[Product]:
    choose = Random(500)  # noqa: S311 - the assortment, not a secret
    found = []
    for number in range(1, SKUS + 1):
        price = choose.randrange(499, 19_999, 50)
        kind = KINDS[number % len(KINDS)]
        found.append(
            Product(
                sku=sku_of(number),
                title=f"{kind}, {COLOURS[number % len(COLOURS)]}, no. {number}",
                tax_code="reduced" if kind == "Novel" else "standard",
                price_minor=price,
                cost_minor=price * choose.randrange(35, 60) // 100,
                currency="EUR",
            )
        )
    return found


def _gift_wrap() -> Product:
    """No goods: somebody wraps these."""
    return Product(
        sku=GIFT_WRAP, title="Gift wrap", tax_code="standard", price_minor=390, cost_minor=0, currency="EUR",
        kind="gift_wrap", revenue_role="WRAPREV",
    )  # fmt: skip


def _nodes() -> list[Node]:
    warehouses = [
        Node(code="WH-1", name="Warehouse North", kind=NodeKind.WAREHOUSE, rank=10, latitude=53.0, longitude=10.0),
        Node(code="WH-2", name="Warehouse South", kind=NodeKind.WAREHOUSE, rank=20, latitude=48.5, longitude=11.0),
    ]
    stores = [
        Node(
            code=f"STORE-{n:03d}", name=f"Store {town}", kind=NodeKind.STORE, rank=100 + n, latitude=lat, longitude=lon
        )
        for n, (town, lat, lon) in enumerate(TOWNS, start=1)
    ]
    maker = Node(code=MAKER, name="Maker", kind=NodeKind.DROP_SHIP, rank=200, latitude=50.1, longitude=14.4)
    for node in [*warehouses, *stores, maker]:
        node.wms = "wms"
    for store in stores:
        store.offers_pickup = True
        store.opening_hours = {day: [["09:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
    return [*warehouses, *stores, maker]


def _channels() -> list[Channel]:
    return [
        Channel(code="web", name="Our own storefront", currency="EUR", taxes_included=True, shipping_minor=490),
        Channel(code="till", name="Tills of our stores", currency="EUR", taxes_included=True),
        Channel(
            code="trade",
            name="Business customers",
            currency="EUR",
            taxes_included=False,
            shipping_minor=900,
            also_pays_with=["invoice_terms"],
        ),
        Channel(code="shop", name="A web shop", currency="EUR", taxes_included=True, commerce="shop"),
        Channel(code="market", name="A marketplace", currency="EUR", taxes_included=True, commerce="market"),
        Channel(code="shopify", name="A Shopify shop", currency="EUR", taxes_included=True, commerce="shopify"),
    ]


def _opening() -> list[Opening]:
    """Warehouses hold most; every seventh sku lies in one only, every fiftieth in stores alone, or with its maker."""
    choose = Random(14)  # noqa: S311
    found = []
    for number in range(1, SKUS + 1):
        sku, here = sku_of(number), []
        if number % 50:
            here.append(Opening(sku, "WH-1", choose.randrange(40, 120)))
            if number % 7:
                here.append(Opening(sku, "WH-2", choose.randrange(20, 80)))
        for store in choose.sample(range(1, 13), 3):
            here.append(Opening(sku, f"STORE-{store:03d}", choose.randrange(1, 9)))
        found += [Opening(sku, MAKER, 200)] if sku in AT_MAKER else here
    return found


def _months_around(day: date) -> list[date]:
    first = day.replace(day=1)
    return [(first - timedelta(days=1)).replace(day=1), first, (first + timedelta(days=32)).replace(day=1)]
