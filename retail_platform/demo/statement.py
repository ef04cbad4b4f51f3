"""The statement at the end of the day: each thing counted on both sides, ours against the outside world's own books."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import requests
from django.conf import settings
from django.db import connection

from canonical.money import Money
from process_apis.ledger import queries as ledger
from retail_platform.demo import controls
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
        *_money(outside),
        _books_balance(),
        _clearing("DEP", "deposits owed = prepaid and not yet shipped", _DEPOSITS),
        _clearing("AR", "receivables = invoiced and not yet taken", _ON_INVOICE),
        _clearing("RFL", "owed for returns = credited and not given back", _CREDITED),
        _clearing("INVQ", "goods in quarantine = came back and not put anywhere yet, at cost", _SET_ASIDE),
        *_stored_value(),
        _count("on hand = opening + movements", _ON_HAND, _MOVEMENTS),
        _count("positions that differ from their movements = none", _DIFFERING, "SELECT 0"),
        _count("reserved = open reservations", _RESERVED, _RESERVATIONS),
        _equation("units published = units the shop shows", *published_and_shown(sandbox_url=sandbox_url)),
        _units_shipped(outside),
        _parcels(outside),
        _count("units collected at counters = units that left the stores for it", _COLLECTED, _LEFT_BY_HAND),
        _count("parcels = sale entries", _PARCELS_BILLED, _SALES),
        *_tax(outside),
        *_erp(outside),
        _equation("vendor effects done twice = none", len(outside["doubled"]), 0),
    ]


def _equation(name: str, left: int, right: int, show: Callable[[int], str] = str) -> Equation:
    return Equation(
        name=name, left=show(left), right=show(right), difference=show(left - right) if left != right else "0"
    )


def _one(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0] or 0)


def _per_currency(sql: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {currency: int(minor) for currency, minor in cursor.fetchall()}


def _count(name: str, left: str, right: str) -> Equation:
    return _equation(name, _one(left), _one(right))


def _orders_in(outside: Mapping[str, Any]) -> Equation:
    at_the_shop = outside["commerce"]["orders"]
    with_us = _one("SELECT count(*) FROM orders_order WHERE channel NOT IN ('shop')")
    return _equation(
        "orders placed (shop's and ours) = orders in our book",
        at_the_shop + with_us,
        _one("SELECT count(*) FROM orders_order"),
    )


def _at_marketplace(sandbox_url: str) -> Equation:
    wish = {"system": "market", "operation": "place_order", "limit": "1000000"}
    answer = requests.get(f"{sandbox_url}/_control/effects", params=wish, headers=controls.headers(), timeout=60)
    answer.raise_for_status()
    ours = _one("SELECT count(*) FROM orders_order WHERE channel = 'market'")
    return _equation("orders placed at the marketplace = orders of it in our book", len(answer.json()["effects"]), ours)


def _orders_out() -> Equation:
    ended = "SELECT count(*) FROM orders_order WHERE state IN ('closed', 'shipped', 'cancelled')"
    open_ones = "SELECT count(*) FROM orders_order WHERE state NOT IN ('closed', 'shipped', 'cancelled')"
    return _equation(
        "orders = shipped + cancelled + open", _one("SELECT count(*) FROM orders_order"), _one(ended) + _one(open_ones)
    )


def _money(outside: Mapping[str, Any]) -> list[Equation]:
    """What the provider took and what channels had taken before, less refunds, is what stands in payment clearing.

    What banks have taken back for customers, and their fees, is gone from both.
    """
    found, disputed = [], _per_currency(_DISPUTED)
    with connection.cursor() as cursor:
        cursor.execute(_CAPTURED)
        ours = {
            currency: (int(by_provider), int(by_channel)) for currency, by_provider, by_channel in cursor.fetchall()
        }
    clearing = _balances("PSP", "CHAN", "COD")
    for currency in sorted(ours.keys() | outside["payments"].keys() | clearing.keys()):
        by_provider, by_channel = ours.get(currency, (0, 0))
        by_provider -= disputed.get(currency, 0)
        theirs = outside["payments"].get(currency, {}).get("net", 0)
        show, cleared = _shown_in(currency), clearing.get(currency, 0)
        found.append(_equation("taken by the provider - refunded = its books", by_provider, theirs, show))
        found.append(
            _equation("all captured - refunded = receivables cleared", by_provider + by_channel, cleared, show)
        )
    return found


def _stored_value() -> list[Equation]:
    """What customers spent of gift cards, store credit and points is what the ledger owes them less."""
    spent = _per_currency(_SPENT)
    owed = _balances("GC", "SC", "LOY")
    return [
        _equation("stored value spent = owed less", spent.get(currency, 0), owed.get(currency, 0), _shown_in(currency))
        for currency in sorted(spent.keys() | owed.keys())
    ]


def _books_balance() -> Equation:
    return _equation(
        "debits = credits (smallest units)",
        _one("SELECT sum(amount_minor) FROM ledger_journalline WHERE amount_minor > 0"),
        -_one("SELECT sum(amount_minor) FROM ledger_journalline WHERE amount_minor < 0"),
    )


def _clearing(role: str, name: str, expected: str) -> Equation:
    """The balance of a clearing account, as an asset, against what should still be in it."""
    sign = -1 if role in ("DEP", "RFL") else 1
    return _equation(name, sign * sum(_balances(role).values()), _one(expected))


def _units_shipped(outside: Mapping[str, Any]) -> Equation:
    sold = _one("SELECT -sum(units) FROM stock_stockmovement WHERE reason = 'sale' AND key NOT LIKE 'parcel:PU-%'")
    return _equation("units sent = units the warehouses shipped", sold, outside["warehouse"]["units_shipped"])


def _parcels(outside: Mapping[str, Any]) -> Equation:
    return _equation(
        "parcels sent = parcels the warehouses dispatched",
        _one("SELECT count(*) FROM orders_parcel WHERE shipment_id NOT LIKE 'PU-%'"),
        outside["warehouse"]["parcels"],
    )


def _tax(outside: Mapping[str, Any]) -> list[Equation]:
    owed, filed = _balances("TAX"), outside["tax"]["committed"]
    return [
        _equation("tax owed = tax filed", -owed.get(currency, 0), filed.get(currency, 0), _shown_in(currency))
        for currency in sorted(owed.keys() | filed.keys())
    ]


def erp_differs(outside: Mapping[str, Any]) -> int:
    """By how much the accounts of the ERP stand away from ours, all added up, in smallest units."""
    theirs = outside["trial_balance"].get(settings.LEGAL_ENTITY, {})
    off = 0
    mine = {(b.balance.currency, b.account): b.balance for b in ledger.trial_balance(entity=settings.LEGAL_ENTITY)}
    for currency, account in {*mine, *((c, a) for c, accounts in theirs.items() for a in accounts)}:
        ours = mine.get((currency, account), Money.zero(currency))
        off += abs(ours.minor - Money.of(Decimal(theirs.get(currency, {}).get(account, "0")), currency).minor)
    return off


def _erp(outside: Mapping[str, Any]) -> list[Equation]:
    return [
        _equation(
            "journal entries = entries in the ERP",
            _one("SELECT count(*) FROM ledger_journalentry"),
            outside["erp"]["journals"],
        ),
        _equation("our trial balance - the ERP's = nothing", erp_differs(outside), 0),
    ]


def _balances(*roles: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE, [list(roles)])
        return {currency: int(minor) for currency, minor in cursor.fetchall()}


def _shown_in(currency: str) -> Callable[[int], str]:
    return lambda minor: f"{Money(minor=minor, currency=currency).text} {currency}"


_CAPTURED = """
SELECT currency,
       coalesce(sum(CASE WHEN movement.kind <> 'refund' THEN movement.amount_minor ELSE -movement.amount_minor END)
                FILTER (WHERE settled_by = 'provider'), 0),
       coalesce(sum(CASE WHEN movement.kind <> 'refund' THEN movement.amount_minor ELSE -movement.amount_minor END)
                FILTER (WHERE settled_by IN ('channel', 'carrier')), 0)
FROM orders_paymentmovement movement JOIN orders_payment payment ON payment.id = movement.payment_id
WHERE movement.provider_reference NOT IN ('stored_value', 'transfer', 'cash', 'exchange') OR settled_by = 'stored_value'
GROUP BY currency
"""
_DISPUTED = """
SELECT currency, sum(fee_minor + CASE WHEN state = 'won' THEN 0 ELSE amount_minor END) FROM returns_dispute
GROUP BY currency
"""
_SPENT = """
SELECT account.currency, -sum(movement.amount_minor) FROM stored_value_valuemovement movement
JOIN stored_value_valueaccount account ON account.id = movement.account_id
WHERE movement.reason <> 'issued' GROUP BY account.currency
"""
_ON_INVOICE = """
SELECT coalesce(sum(tender.amount_minor), 0)
       - (SELECT coalesce(sum(amount_minor), 0) FROM returns_refund WHERE way = 'claim' AND state = 'done')
FROM orders_parceltender tender
JOIN orders_payment payment ON payment.id = tender.payment_id
JOIN orders_parcel parcel ON parcel.id = tender.parcel_id
WHERE payment.role = 'AR' AND parcel.state IN ('booked', 'settled')
"""
_BALANCE = """
SELECT entry.currency, sum(line.amount_minor) FROM ledger_journalline line
JOIN ledger_journalentry entry ON entry.id = line.entry_id
JOIN ledger_account account ON account.code = line.account_id
WHERE account.role = ANY(%s) GROUP BY entry.currency
"""
_DEPOSITS = """
SELECT coalesce(sum(payment.captured_minor - payment.refunded_minor), 0) - coalesce(sum(used.minor), 0)
       + coalesce(sum(back.minor), 0)  -- what came back had left, and was no deposit any more
FROM orders_payment payment JOIN orders_order held ON held.id = payment.order_id
LEFT JOIN (SELECT payment_id, sum(amount_minor) AS minor FROM orders_parceltender GROUP BY payment_id) used
       ON used.payment_id = payment.id
LEFT JOIN (SELECT payment_id, sum(CASE WHEN kind = 'refund' THEN amount_minor ELSE -amount_minor END) AS minor
           FROM orders_paymentmovement WHERE key LIKE 'refund:return:%%' OR kind = 'bounce' GROUP BY payment_id) back
       ON back.payment_id = payment.id
WHERE (payment.state = 'prepaid' OR payment.capture_at = 'order') AND payment.captured_minor > 0
  AND held.state <> 'cancelled'
"""
_CREDITED = """
SELECT (SELECT coalesce(sum(total_minor), 0) FROM returns_creditmemo) - coalesce(sum(amount_minor), 0)
FROM returns_refund WHERE state = 'done' OR (state = 'replaced' AND failure LIKE 'the bank%')
"""
_SET_ASIDE = """
SELECT sum(cost_minor) FROM returns_receiptline WHERE disposition IN ('pending', 'quarantine') AND suspect = ''
"""
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
