"""The statement at the end of the day: each thing counted on both sides, ours against the outside world's own books."""

from collections.abc import Mapping
from typing import Any

import requests

from retail_platform.demo import controls
from retail_platform.demo import statement_money as money
from retail_platform.demo.counting import count, equation, one
from retail_platform.demo.equation import Equation
from retail_platform.demo.shop_window import published_and_shown


def make(*, sandbox_url: str) -> list[Equation]:
    """Every equation, over everything the platform has ever done."""
    answer = requests.get(f"{sandbox_url}/_control/statement", headers=controls.headers(), timeout=60)
    answer.raise_for_status()
    outside: dict[str, Any] = answer.json()
    return [
        _orders_in(outside),
        _at_marketplace(sandbox_url),
        _orders_out(),
        *money.taken(outside),
        money.books_balance(),
        *money.clearing_accounts(),
        *money.stored_value(),
        count("on hand = opening + movements", _ON_HAND, _MOVEMENTS),
        count("positions that differ from their movements = none", _DIFFERING, "SELECT 0"),
        count("reserved = open reservations", _RESERVED, _RESERVATIONS),
        equation("units published = units the shop shows", *published_and_shown(sandbox_url=sandbox_url)),
        _units_shipped(outside),
        _parcels(outside),
        count("units collected at counters = units that left the stores for it", _COLLECTED, _LEFT_BY_HAND),
        count("parcels = sale entries", _PARCELS_BILLED, _SALES),
        *money.tax(outside),
        *money.erp(outside),
        equation("vendor effects done twice = none", len(outside["doubled"]), 0),
    ]


def _orders_in(outside: Mapping[str, Any]) -> Equation:
    at_the_shop = outside["commerce"]["orders"]
    with_us = one("SELECT count(*) FROM orders_order WHERE channel NOT IN ('shop')")
    return equation(
        "orders placed (shop's and ours) = orders in our book",
        at_the_shop + with_us,
        one("SELECT count(*) FROM orders_order"),
    )


def _at_marketplace(sandbox_url: str) -> Equation:
    wish = {"system": "market", "operation": "place_order", "limit": "1000000"}
    answer = requests.get(f"{sandbox_url}/_control/effects", params=wish, headers=controls.headers(), timeout=60)
    answer.raise_for_status()
    ours = one("SELECT count(*) FROM orders_order WHERE channel = 'market'")
    return equation("orders placed at the marketplace = orders of it in our book", len(answer.json()["effects"]), ours)


def _orders_out() -> Equation:
    ended = "SELECT count(*) FROM orders_order WHERE state IN ('closed', 'shipped', 'cancelled')"
    open_ones = "SELECT count(*) FROM orders_order WHERE state NOT IN ('closed', 'shipped', 'cancelled')"
    return equation(
        "orders = shipped + cancelled + open", one("SELECT count(*) FROM orders_order"), one(ended) + one(open_ones)
    )


def _units_shipped(outside: Mapping[str, Any]) -> Equation:
    sold = one("SELECT -sum(units) FROM stock_stockmovement WHERE reason = 'sale' AND key NOT LIKE 'parcel:PU-%'")
    return equation("units sent = units the warehouses shipped", sold, outside["warehouse"]["units_shipped"])


def _parcels(outside: Mapping[str, Any]) -> Equation:
    return equation(
        "parcels sent = parcels the warehouses dispatched",
        one("SELECT count(*) FROM orders_parcel WHERE shipment_id NOT LIKE 'PU-%'"),
        outside["warehouse"]["parcels"],
    )


_COLLECTED = """
SELECT sum(line.collected * part.units::bigint) FROM pickups_pickupline line
CROSS JOIN LATERAL jsonb_each_text(line.parts) AS part (sku, units)
"""
_LEFT_BY_HAND = "SELECT -sum(units) FROM stock_stockmovement WHERE key LIKE 'parcel:PU-%'"
_ON_HAND = "SELECT sum(on_hand) FROM stock_stockposition"
_MOVEMENTS = "SELECT sum(units) FROM stock_stockmovement WHERE state = 'on_hand'"
_DIFFERING = """
SELECT count(*) FROM stock_stockposition position
FULL JOIN (SELECT sku, node, sum(units) AS units FROM stock_stockmovement WHERE state = 'on_hand' GROUP BY sku, node)
          moved USING (sku, node)
WHERE coalesce(position.on_hand, 0) <> coalesce(moved.units, 0)
"""
_RESERVED = "SELECT sum(reserved + allocated) FROM stock_stockposition"
_RESERVATIONS = "SELECT sum(units - consumed) FROM stock_reservation WHERE state IN ('held', 'open', 'allocated')"
# One with parts of a bundle that is not complete bills nothing.
_PARCELS_BILLED = (
    "SELECT count(*) FROM orders_parcel p WHERE EXISTS (SELECT FROM orders_parcelline WHERE parcel_id = p.id)"
)
_SALES = "SELECT count(*) FROM ledger_journalentry WHERE purpose = 'sale'"
