"""An order as Shopify's orders/create webhook carries it, made up from our own catalog and taxed by the tax engine.

Written from shopify.dev, "REST Admin API, Order": the fields a shop really sends, amounts as text, price sets beside.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from canonical.money import Money, total
from canonical.order import Address
from canonical.tax import TaxDocument, TaxLine
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Product
from system_apis.tax.gateway import tax

SHIPPING_MINOR = 490
TOWNS = {"DE": ("Berlin", "10115"), "AT": ("Vienna", "1010"), "NL": ("Utrecht", "3511"), "FR": ("Lille", "59000")}


class CannotBuy(Exception):
    """The shop does not sell what was wished for."""


def build(
    wanted: Sequence[tuple[str, int]], *, channel: str, country: str, financial_status: str, now: datetime
) -> dict[str, Any]:
    """The payload for so many units of each sku. Ids and name follow from the instant. Raises CannotBuy."""
    products = catalog.products([sku for sku, _ in wanted])
    if strange := [sku for sku, _ in wanted if sku not in products]:
        raise CannotBuy(f"the catalog has no sku {', '.join(strange)}; manage.py seed makes SKU-00001 to SKU-00500")
    order_id = int(now.timestamp() * 1000)
    name, at = f"#{order_id % 10**9}", now.isoformat(timespec="seconds")
    town, postcode = TOWNS.get(country, ("Springfield", "12345"))
    address = {
        "first_name": "Ada", "last_name": "Winter", "name": "Ada Winter", "company": None, "phone": None,
        "address1": "Hauptstr. 1", "address2": None, "city": town, "zip": postcode, "province": None,
        "province_code": None, "country_code": country, "latitude": None, "longitude": None,
    }  # fmt: skip
    bought = [(order_id * 100 + place, products[sku], units) for place, (sku, units) in enumerate(wanted, start=1)]
    currency = catalog.channel(channel).currency
    shipping = Money(minor=SHIPPING_MINOR, currency=currency)
    taxes = _taxes(bought, shipping=shipping, code=name, country=country, now=now)
    lines = [_line(line_id, product, units, taxes[str(line_id)]) for line_id, product, units in bought]
    goods = total([_price(product) * units for _, product, units in bought], currency=currency)
    whole, tax_whole = goods + shipping, total(list(taxes.values()), currency=currency)
    return {
        "id": order_id, "admin_graphql_api_id": f"gid://shopify/Order/{order_id}", "name": name,
        "order_number": order_id % 10**9, "number": order_id % 10**9 - 1000, "created_at": at, "processed_at": at,
        "updated_at": at, "cancelled_at": None, "closed_at": None, "confirmed": True, "test": False,
        "currency": currency, "presentment_currency": currency, "taxes_included": True, "tax_exempt": False,
        "financial_status": financial_status, "fulfillment_status": None,
        "payment_gateway_names": ["shopify_payments"], "email": "ada@example.com", "contact_email": "ada@example.com",
        "customer": {"id": 8_600_000_000_001, "first_name": "Ada", "last_name": "Winter", "email": "ada@example.com"},
        **_amounts("total_line_items_price", goods), **_amounts("subtotal_price", goods),
        **_amounts("current_subtotal_price", goods), **_amounts("total_discounts", Money.zero(currency)),
        **_amounts("total_tax", tax_whole), **_amounts("current_total_tax", tax_whole),
        **_amounts("total_price", whole), **_amounts("current_total_price", whole),
        "total_outstanding": "0.00" if financial_status == "paid" else whole.text, "total_tip_received": "0.00",
        "line_items": lines, "discount_applications": [], "discount_codes": [], "refunds": [], "fulfillments": [],
        "tax_lines": [], "note_attributes": [], "shipping_address": address, "billing_address": address,
        "shipping_lines": [
            {
                "id": order_id * 100, "title": "Standard", "code": "standard", "source": "shopify",
                "is_removed": False, **_amounts("price", shipping), **_amounts("discounted_price", shipping),
                "discount_allocations": [], "tax_lines": [_tax_line(taxes["shipping"])],
            }
        ],
    }  # fmt: skip


def _taxes(
    bought: Sequence[tuple[int, Product, int]], *, shipping: Money, code: str, country: str, now: datetime
) -> dict[str, Money]:
    """The tax within each line's price and within the shipping, by line id, as the tax engine says."""
    lines = [
        TaxLine(line_id=str(line_id), sku=product.sku, tax_code=product.tax_code, amount=_price(product) * units)
        for line_id, product, units in bought
    ]
    lines.append(TaxLine(line_id="shipping", sku="", tax_code="standard", amount=shipping))
    ship_to = Address(country=country)
    document = TaxDocument(code=code, date=now.date(), ship_to=ship_to, taxes_included=True, lines=tuple(lines))
    return {amount.line_id: amount.tax for amount in tax().quote(document).amounts}


def _line(line_id: int, product: Product, units: int, tax_of_it: Money) -> dict[str, Any]:
    return {
        "id": line_id, "admin_graphql_api_id": f"gid://shopify/LineItem/{line_id}", "sku": product.sku,
        "variant_id": line_id + 50, "product_id": line_id + 70, "product_exists": True, "title": product.title,
        "name": product.title, "variant_title": None, "vendor": "Ours", "quantity": units, "current_quantity": units,
        "fulfillable_quantity": units, "fulfillment_service": "manual", "fulfillment_status": None, "grams": 0,
        "gift_card": False, "requires_shipping": True, "taxable": True, "properties": [], "duties": [],
        **_amounts("price", _price(product)), **_amounts("total_discount", Money.zero(product.currency)),
        "discount_allocations": [], "tax_lines": [_tax_line(tax_of_it)],
    }  # fmt: skip


def _price(product: Product) -> Money:
    return Money(minor=product.price_minor, currency=product.currency)


def _tax_line(amount: Money) -> dict[str, Any]:
    return {"title": "VAT", "channel_liable": False, **_amounts("price", amount)}


def _amounts(name: str, amount: Money) -> dict[str, Any]:
    """The plain field and its set, as Shopify sends both."""
    plain = {"amount": amount.text, "currency_code": amount.currency}
    return {name: amount.text, f"{name}_set": {"shop_money": plain, "presentment_money": plain}}
