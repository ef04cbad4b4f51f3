"""An order as the pretend shop writes it: the parts of Shopify's REST order that say something, amounts as text."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from system_apis.sandbox import tax_rates
from system_apis.sandbox.world import World

NO_MINOR_UNITS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})


def write_order(world: World, wish: dict[str, Any], *, number: int) -> dict[str, Any]:
    """The full order for a short wish: lines of sku, quantity and price, an address, and how it is paid.

    Raises KeyError, ValueError or NoRate for a wish that is no order.
    """
    currency, included = wish.get("currency", "EUR"), bool(wish.get("taxes_included", True))
    ship_to = dict(wish["address"])
    taxer = _Taxer(world, ship_to, currency=currency, included=included)
    lines = [_line(line, number * 100 + at, taxer) for at, line in enumerate(wish["lines"], start=1)]
    shipping = taxer.round(Decimal(wish.get("shipping", "0")))
    subtotal = sum((_net(line) for line in lines), Decimal(0))
    shipping_taxes = taxer.lines(shipping, "shipping")
    taxes = sum(
        (Decimal(tax["price"]) for line in [*lines, {"tax_lines": shipping_taxes}] for tax in line["tax_lines"]),
        Decimal(0),
    )
    total = subtotal + shipping + (0 if included else taxes)
    name, placed = str(wish.get("number") or f"#{1000 + number}"), world.now().isoformat()
    buyer = {"first_name": "Sam", "last_name": "Sample", "email": "sam@customer.example", **wish.get("customer", {})}
    status = wish.get("financial_status", "authorized")
    return {
        "id": 5_000_000_000 + number, "name": name, "order_number": 1000 + number, "created_at": placed,
        "updated_at": placed, "processed_at": placed, "cancelled_at": None, "test": False, "currency": currency,
        "presentment_currency": currency, "taxes_included": included, "financial_status": status,
        "fulfillment_status": None, "total_line_items_price": str(subtotal + _discounts(lines)),
        "total_discounts": str(_discounts(lines)), "subtotal_price": str(subtotal), "total_tax": str(taxes),
        "total_price": str(total), "total_outstanding": "0.00" if status == "paid" else str(total),
        "payment_gateway_names": [wish.get("gateway", "sandbox_payments")], "email": buyer["email"],
        "note_attributes": [{"name": "payment_token", "value": wish.get("payment_token", "tok_visa")}],
        "customer": {"id": 7_000_000_000 + number, **buyer}, "line_items": lines,
        "replaces_order_id": wish.get("replaces"),
        "shipping_lines": [{"title": "Standard", "code": "standard", "price": str(shipping),
                            "discounted_price": str(shipping), "discount_allocations": [],
                            "tax_lines": shipping_taxes}],
        "shipping_address": _address(ship_to, buyer), "billing_address": _address(ship_to, buyer),
    }  # fmt: skip


class _Taxer:
    def __init__(self, world: World, address: dict[str, Any], *, currency: str, included: bool) -> None:
        self._codes, self._included = world.setting("tax_codes", {}), included
        self._by_sku = world.setting("skus") or {}
        self._place = (address["country_code"], str(address.get("province_code") or ""))
        self._unit = Decimal(1) if currency in NO_MINOR_UNITS else Decimal("0.01")

    def round(self, amount: Decimal) -> Decimal:
        return amount.quantize(self._unit, rounding=ROUND_HALF_UP)

    def lines(self, amount: Decimal, tax_code: str) -> list[dict[str, str]]:
        rate, place = tax_rates.rate_for(*self._place, tax_code, codes=self._codes)
        minor = tax_rates.tax_of(int(amount / self._unit), rate, included=self._included)
        return [{"title": place, "rate": str(rate / 100), "price": str(self.round(minor * self._unit))}]

    def code_of(self, line: dict[str, Any]) -> str:
        return str(line.get("tax_code") or self._by_sku.get(line["sku"]) or "standard")


def _line(wish: dict[str, Any], name: int, taxer: _Taxer) -> dict[str, Any]:
    price, quantity = taxer.round(Decimal(wish["price"])), int(wish["quantity"])
    discount = taxer.round(Decimal(wish.get("discount", "0")))
    return {
        "id": 9_000_000_000 + name, "sku": wish["sku"], "variant_id": 8_000_000_000 + name, "quantity": quantity,
        "current_quantity": quantity, "fulfillable_quantity": quantity, "title": wish.get("title", wish["sku"]),
        "name": wish.get("title", wish["sku"]), "price": str(price), "total_discount": "0.00", "taxable": True,
        "requires_shipping": True, "gift_card": False, "fulfillment_status": None,
        "discount_allocations": [{"amount": str(discount), "discount_application_index": 0}] if discount else [],
        "tax_lines": taxer.lines(price * quantity - discount, taxer.code_of(wish)),
    }  # fmt: skip


def _net(line: dict[str, Any]) -> Decimal:
    return Decimal(line["price"]) * line["quantity"] - _discounts([line])


def _discounts(lines: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(part["amount"]) for line in lines for part in line["discount_allocations"]), Decimal(0))


def _address(wish: dict[str, Any], buyer: dict[str, Any]) -> dict[str, Any]:
    plain = {
        "first_name": buyer["first_name"],
        "last_name": buyer["last_name"],
        "address1": "Sample Street 1",
        "address2": None,
        "city": "Sampleton",
        "zip": "",
        "province_code": None,
        "country_code": "",
    }
    return {**plain, **wish, "name": f"{buyer['first_name']} {buyer['last_name']}"}
