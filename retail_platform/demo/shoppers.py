"""Who buys what on the day: drawn from a seed, so that the same seed is the same day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from process_apis.catalog.models import Product
from retail_platform.demo import assortment, value_cards

NAMES = ("Ada Winter", "Ben Sommer", "Cleo Berg", "Dana Feld", "Emil Stein", "Fay Bach", "Gil Wald", "Hana Linde")
FIVE = {"amount": "5.00", "currency": "EUR"}
CITIES = {"DE": ("Berlin", "10115"), "AT": ("Vienna", "1010"), "NL": ("Utrecht", "3511"), "FR": ("Lille", "59000")}


@dataclass(frozen=True, slots=True)
class Basket:
    """One order to be placed: through our storefront ("web"), at the pretend shop ("shop"), or as `channels` says.

    `node` is the store whose till places it; `missing` are units by sku that will not be found when it is picked.
    """

    channel: str
    key: str
    body: dict[str, Any]
    sent_twice: bool
    node: str = ""
    missing: Mapping[str, int] = field(default_factory=dict)


def baskets(*, orders: int, seed: int, day: str) -> list[Basket]:
    """The day's orders: 1 to 6 lines each over all skus; a few cards are declined, a few baskets cannot be filled."""
    choose = Random(seed)  # noqa: S311 - a day to be repeated, not a secret
    prices = dict(Product.objects.values_list("sku", "price_minor"))
    return [_basket(choose, number, day=day, prices=prices) for number in range(1, orders + 1)]


def _basket(choose: Random, number: int, *, day: str, prices: dict[str, int]) -> Basket:
    skus = [assortment.sku_of(choose.randrange(1, assortment.SKUS + 1)) for _ in range(choose.randrange(1, 7))]
    lines = [(sku, choose.choice((1, 1, 1, 2, 2, 3))) for sku in skus]
    luck = choose.random()
    if luck < 0.01:
        lines = [(lines[0][0], 900)]  # nobody has that many
    card = "tok_declined" if 0.01 <= luck < 0.03 else "tok_visa"
    country = choose.choice(("DE", "DE", "DE", "AT", "NL", "FR"))
    channel = "web" if choose.random() < 0.6 else "shop"
    who = choose.choice(NAMES)
    city, postcode = CITIES[country]
    key = f"{day}-{number:05d}"
    body = (
        _for_storefront(lines, paid=_paid(number, card), who=who, country=country, city=city, postcode=postcode)
        if channel == "web"
        else _for_shop(
            choose, lines, prices=prices, card=card, who=who, country=country, city=city, postcode=postcode,
            number=f"#{key}",
        )
    )  # fmt: skip
    return Basket(channel=channel, key=key, body=body, sent_twice=choose.random() < 0.1)


def _for_storefront(
    lines: list[tuple[str, int]], *, paid: dict[str, Any], who: str, country: str, city: str, postcode: str
) -> dict[str, Any]:
    return paid | {
        "channel": "web",
        "lines": [{"sku": sku, "quantity": units} for sku, units in lines],
        "customer": {"name": who, "email": f"{who.split()[0].lower()}@example.com"},
        "ship_to": {"name": who, "line1": "Hauptstr. 1", "city": city, "postcode": postcode, "country": country},
    }


def _paid(number: int, card: str) -> dict[str, Any]:
    """By card; every tenth shopper has a gift card too, and every twenty-fifth pays the carrier at the door."""
    if number % 25 == 0:
        return {"payments": [{"kind": "cash_on_delivery"}]}
    if number % 10 == 0:
        gift = {"kind": "gift_card", "number": value_cards.number_of(1 + number // 10 % value_cards.CARDS)}
        return {"payments": [gift | {"amount": FIVE}, {"kind": "card", "token": card}]}
    return {"payment": {"kind": "card", "token": card}}


def _for_shop(
    choose: Random, lines: list[tuple[str, int]], *, prices: dict[str, int], card: str, who: str, country: str,
    city: str, postcode: str, number: str,
) -> dict[str, Any]:  # fmt: skip
    def text(minor: int) -> str:
        return f"{minor // 100}.{minor % 100:02d}"

    sold = [
        {
            "sku": sku,
            "quantity": units,
            "price": text(prices[sku]),
            "discount": text(prices[sku] * units // 10 if choose.random() < 0.3 else 0),
        }
        for sku, units in lines
    ]
    first, last = who.split()
    return {
        "number": number,
        "lines": sold,
        "shipping": "4.90",
        "currency": "EUR",
        "taxes_included": True,
        "address": {"country_code": country, "city": city, "zip": postcode, "address1": "Hauptstr. 1"},
        "customer": {"first_name": first, "last_name": last, "email": f"{first.lower()}@example.com"},
        "payment_token": card,
        # a declined card shows only when we ask for it; an unfillable basket that is paid would need a person
        "financial_status": "paid"
        if card == "tok_visa" and lines[0][1] < 900 and choose.random() < 0.3
        else "authorized",
    }
