"""Shopify's order (REST Admin API, "Order", as webhooks carry it) as ours. Pure; links come in as a callable.

All amounts are taken in the shop's currency: `currency` and the plain price fields, never the presentment twins. Tax is
what Shopify charged the customer, so a line without tax lines has a tax of nothing, not an unknown one.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from canonical.money import Money, total
from canonical.order import Customer, Order
from system_apis.commerce.vendors.shopify.order_lines import SkusOf, read_lines, was_edited
from system_apis.commerce.vendors.shopify.reading import Reading, an_object, objects, text
from system_apis.commerce.vendors.shopify.tenders import read_tenders
from system_apis.errors import ContractBroken

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def to_order(document: Any, *, channel: str, skus_of: SkusOf) -> Order:
    """Read one order. Raises ContractBroken that names every missing or wrong thing and what to do about it."""
    payload = _unwrapped(document)
    name = text(payload.get("name"), 64) or f"#{text(payload.get('order_number') or payload.get('number'), 32)}"
    reading = Reading(f"Shopify order {name}", text(payload.get("currency"), 3))
    whole = _total(payload, reading)
    shipping, shipping_tax = _shipping(payload, reading)
    fields = {
        "channel": channel,
        "channel_order_id": text(payload.get("id"), 64),
        "channel_version": text(payload.get("updated_at"), 64) or "1",
        "number": name,
        "placed_at": _instant(payload, reading),
        "currency": reading.currency,
        "taxes_included": _flag(payload, "taxes_included", reading),
        "lines": [line.model_dump() for line in read_lines(payload, reading, skus_of=skus_of)],
        "shipping": shipping.model_dump(),
        "shipping_tax": shipping_tax.model_dump(),
        "total": whole.model_dump(),
        "tenders": [tender.model_dump() for tender in read_tenders(payload, reading, total=whole)],
        "customer": _customer(payload).model_dump(),
        "ship_to": _ship_to(payload, reading),
    }
    _refuse_what_we_cannot_book(payload, reading)
    reading.finish()
    try:
        return Order.model_validate(fields)
    except ValidationError as wrong:
        reading.wrong.extend(f"{_place(error['loc'])}{error['msg']}" for error in wrong.errors(include_url=False))
        reading.finish()
        raise


def _unwrapped(document: Any) -> Mapping[str, Any]:
    found = document.get("order", document) if isinstance(document, Mapping) else document
    if not isinstance(found, Mapping) or "line_items" not in found:
        raise ContractBroken(f"this is no Shopify order: a JSON {_json_type(found)} without line_items")
    return found


def _total(payload: Mapping[str, Any], reading: Reading) -> Money:
    name = "current_total_price" if was_edited(payload) and payload.get("current_total_price") else "total_price"
    return reading.money(payload.get(name), name)


def _shipping(payload: Mapping[str, Any], reading: Reading) -> tuple[Money, Money]:
    """What delivery costs after its discounts, and its tax."""
    costs, taxes = [], []
    for line in objects(payload.get("shipping_lines")):
        if line.get("is_removed"):
            continue
        cost = reading.money(line.get("price"), "price of a shipping line")
        for share in objects(line.get("discount_allocations")):
            cost = cost - reading.money(share.get("amount"), "discount of a shipping line")
        if "discount_allocations" not in line and line.get("discounted_price") is not None:
            cost = reading.money(line["discounted_price"], "discounted_price of a shipping line")
        costs.append(cost)
        taxes += [reading.money(tax.get("price"), "tax of a shipping line") for tax in objects(line.get("tax_lines"))]
    return _sum(costs, reading), _sum(taxes, reading)


def _sum(amounts: list[Money], reading: Reading) -> Money:
    return total(amounts, currency=reading.currency)


def _refuse_what_we_cannot_book(payload: Mapping[str, Any], reading: Reading) -> None:
    if payload.get("cancelled_at"):
        reading.wrong.append(f"cancelled_at: it was cancelled on {text(payload['cancelled_at'], 40)}, before we had it")
    extras = {"a tip": ("total_tip_received", payload.get("total_tip_received"))}
    for what, field in (
        ("duties", "original_total_duties_set"),
        ("fees", "original_total_additional_fees_set"),
    ):
        extras[what] = (field, an_object(an_object(payload.get(field)).get("shop_money")).get("amount"))
    for what, (field, amount) in extras.items():
        if amount and reading.money(amount, field).minor:
            reading.wrong.append(f"{field}: {what} of {amount} has no account with us yet; book it by hand")


def _customer(payload: Mapping[str, Any]) -> Customer:
    person = an_object(payload.get("customer"))
    email = text(payload.get("email") or payload.get("contact_email") or person.get("email"), 254)
    name = " ".join(part for part in (text(person.get("first_name")), text(person.get("last_name"))) if part)
    return Customer(
        reference=text(person.get("id"), 120), name=name[:200], email=email if _EMAIL.fullmatch(email) else ""
    )


def _ship_to(payload: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """Where it goes; without a delivery address the country comes from the bill, since tax hangs on it."""
    delivery = an_object(payload.get("shipping_address"))
    bill = an_object(payload.get("billing_address"))
    address, country = delivery or bill, text(delivery.get("country_code") or bill.get("country_code"), 2).upper()
    if not country:
        reading.wrong.append(
            "shipping_address: there is neither a delivery nor a billing address with a country_code, and the tax and "
            "the parcel need one; ask the customer, and set the address on the order in Shopify"
        )
    return {
        "name": text(address.get("name")),
        "line1": text(address.get("address1")),
        "line2": text(address.get("address2")),
        "city": text(address.get("city")),
        "postcode": text(address.get("zip"), 20),
        "region": text(address.get("province_code") or address.get("province")),
        "country": country,
    }


def _instant(payload: Mapping[str, Any], reading: Reading) -> datetime | None:
    for field in ("processed_at", "created_at"):
        try:
            moment = datetime.fromisoformat(text(payload.get(field), 40))
        except ValueError:
            continue
        if moment.tzinfo is not None:
            return moment
    reading.wrong.append("created_at: there is no instant with a zone, such as 2026-03-01T09:30:00+01:00")
    return None


def _flag(payload: Mapping[str, Any], field: str, reading: Reading) -> bool:
    value = payload.get(field)
    if not isinstance(value, bool):
        reading.wrong.append(f"{field}: it is missing; it must say true or false")
    return value is True


def _place(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(str(part) for part in location)}: " if location else ""


def _json_type(value: Any) -> str:
    return {dict: "object", list: "list", str: "text", bool: "flag", type(None): "null"}.get(type(value), "number")
