"""Some of the day's orders come in elsewhere: at the business portal, a till, the marketplace, the service desk.

One of them is not all on the shelf of its warehouse, and one is sent by a maker who keeps his own stock.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from canonical.money import Money
from process_apis.catalog.models import Product
from retail_platform.demo import addresses, assortment
from retail_platform.demo.shoppers import CITIES, FIVE, NAMES, Basket
from system_apis.commerce import feed

EVERY = 16  # of so many orders in a row, these are placed elsewhere
SHORT, TRADE, TILL, DESK, MAKER, MARKET = 1, 2, 3, 4, 5, 10
WAREHOUSE = "WH-1"  # asked first for what both warehouses have
ACCOUNT = "HARBOUR-7"


def some_elsewhere(baskets: Sequence[Basket], *, seed: int) -> list[Basket]:
    """The same baskets, some of them placed in another way; the first of the day show each way once."""
    choose = Random(seed)  # noqa: S311 - a day to be repeated, not a secret
    prices = dict(Product.objects.values_list("sku", "price_minor"))
    made = {SHORT: _short, TRADE: _trade, TILL: _till, DESK: _desk, MAKER: _from_maker, MARKET: _market}
    found = []
    for number, basket in enumerate(baskets, start=1):
        make = made.get(number % EVERY)
        if make:
            plain = replace(basket, channel="web", sent_twice=False)
            found.append(make(choose, plain, prices))
        else:
            found.append(basket)
    return found


def hide(baskets: Sequence[Basket], *, sandbox_url: str) -> None:
    """Have the warehouse not find what is said to be missing of these orders."""
    shorts = {basket.body["orderId"]: {WAREHOUSE: basket.missing} for basket in baskets if basket.missing}
    if shorts:
        addresses.tell(sandbox_url, {"shorts": shorts})


def ask_marketplace() -> None:
    """Nobody waits for the marketplace's turn to be asked: the day is short."""
    feed.ask_soon("market")


def _trade(choose: Random, basket: Basket, prices: dict[str, int]) -> Basket:
    """A business orders by purchase order, and pays our invoice."""
    skus = choose.sample(_everywhere(), choose.randrange(1, 4))
    body = {
        "channel": "trade",
        "account": ACCOUNT,
        "purchase_order": f"PO-{basket.key}",
        "contact": {"name": "Hana Linde", "email": "buying@harbour.example"},
        "deliver_to": _address(choose, "Harbour Ltd"),
        "positions": [{"item": sku, "quantity": choose.randrange(2, 6)} for sku in skus],
    }
    return replace(basket, channel="trade", body=body)


def _till(choose: Random, basket: Basket, prices: dict[str, int]) -> Basket:
    """A store sells what only other stores have, and takes cash for it."""
    store = f"STORE-{choose.randrange(1, len(assortment.TOWNS) + 1):03d}"
    who = choose.choice(NAMES)
    body = {
        "receipt": f"R-{basket.key}",
        "staff": "kim",
        "items": [{"sku": choose.choice(assortment.IN_STORES), "quantity": 1}],
        "customer": _customer(who),
        "address": _address(choose, who),
        "taken": [{"kind": "till_cash"}],
    }
    return replace(basket, channel="till", node=store, body=body)


def _desk(choose: Random, basket: Basket, prices: dict[str, int]) -> Basket:
    """Somebody rings up, wants it wrapped, and gets five euro off for an earlier trouble."""
    who, sku = choose.choice(NAMES), choose.choice([sku for sku in _everywhere() if prices[sku] > 1000])
    body = {
        "channel": "web",
        "operator": "kim",
        "lines": [
            {"sku": sku, "quantity": 1, "discount": FIVE},
            {"sku": assortment.GIFT_WRAP, "quantity": 1, "belongs_to": "1"},
        ],
        "customer": _customer(who),
        "ship_to": _address(choose, who),
        "payments": [{"kind": "card", "token": "tok_visa"}],
    }
    return replace(basket, channel="desk", body=body)


def _from_maker(choose: Random, basket: Basket, prices: dict[str, int]) -> Basket:
    """Our storefront sells what its maker sends."""
    who = choose.choice(NAMES)
    body = {
        "channel": "web",
        "lines": [{"sku": choose.choice(assortment.AT_MAKER), "quantity": 1}],
        "customer": _customer(who),
        "ship_to": _address(choose, who),
        "payment": {"kind": "card", "token": "tok_visa"},
    }
    return replace(basket, body=body)


def _market(choose: Random, basket: Basket, prices: dict[str, int]) -> Basket:
    """The marketplace sells for us, and will tell when it is asked."""
    skus = choose.sample(_everywhere(), choose.randrange(1, 3))
    items = [{"sku": sku, "units": choose.choice((1, 1, 2)), "price": _text(prices[sku])} for sku in skus]
    body = {"orderId": f"M-{basket.key}", "items": items, "postage": "4.90"}
    return replace(basket, channel="market", body=body)


def _short(choose: Random, basket: Basket, prices: dict[str, int]) -> Basket:
    """Two of a thing, of which its warehouse finds only one: the other one sends what is missing."""
    sold = _market(choose, basket, prices)
    sku = choose.choice(_everywhere())
    items = [{"sku": sku, "units": 2, "price": _text(prices[sku])}]
    return replace(sold, body={**sold.body, "items": items}, missing={sku: 1})


def _everywhere() -> list[str]:
    """What both warehouses have."""
    return [assortment.sku_of(number) for number in range(1, assortment.SKUS + 1) if assortment.in_both(number)]


def _customer(who: str) -> dict[str, str]:
    return {"name": who, "email": f"{who.split()[0].lower()}@example.com"}


def _address(choose: Random, who: str) -> dict[str, Any]:
    country = choose.choice(("DE", "DE", "AT", "NL"))
    city, postcode = CITIES[country]
    return {"name": who, "line1": "Hauptstr. 1", "city": city, "postcode": postcode, "country": country}


def _text(minor: int) -> str:
    return Money(minor=minor, currency="EUR").text
