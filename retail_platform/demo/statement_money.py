"""The money of the statement: what was taken, what accounts hold, tax and the ERP's books."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from canonical.money import Money
from process_apis.ledger import queries as ledger
from retail_platform.demo.counting import balances, equation, one, per_currency, shown_in
from retail_platform.demo.equation import Equation


def taken(outside: Mapping[str, Any]) -> list[Equation]:
    """What the provider took and what channels had taken before, less refunds, is what stands in payment clearing.

    What banks have taken back for customers, and their fees, is gone from both.
    """
    found, disputed = [], per_currency(_DISPUTED)
    with connection.cursor() as cursor:
        cursor.execute(_CAPTURED)
        ours = {
            currency: (int(by_provider), int(by_channel)) for currency, by_provider, by_channel in cursor.fetchall()
        }
    clearing = balances("PSP", "CHAN", "COD")
    for currency in sorted(ours.keys() | outside["payments"].keys() | clearing.keys()):
        by_provider, by_channel = ours.get(currency, (0, 0))
        by_provider -= disputed.get(currency, 0)
        theirs = outside["payments"].get(currency, {}).get("net", 0)
        show, cleared = shown_in(currency), clearing.get(currency, 0)
        found.append(equation("taken by the provider - refunded = its books", by_provider, theirs, show))
        found.append(equation("all captured - refunded = receivables cleared", by_provider + by_channel, cleared, show))
    return found


def stored_value() -> list[Equation]:
    """What customers spent of gift cards, store credit and points is what the ledger owes them less."""
    spent = per_currency(_SPENT)
    owed = balances("GC", "SC", "LOY")
    return [
        equation("stored value spent = owed less", spent.get(currency, 0), owed.get(currency, 0), shown_in(currency))
        for currency in sorted(spent.keys() | owed.keys())
    ]


def books_balance() -> Equation:
    """Debits against credits."""
    return equation(
        "debits = credits (smallest units)",
        one("SELECT sum(amount_minor) FROM ledger_journalline WHERE amount_minor > 0"),
        -one("SELECT sum(amount_minor) FROM ledger_journalline WHERE amount_minor < 0"),
    )


def clearing_accounts() -> list[Equation]:
    """What clears only once something else happens: each account against what should still be in it."""
    return [
        _clearing("DEP", "deposits owed = prepaid and not yet shipped", _DEPOSITS),
        _clearing("AR", "receivables = invoiced and not yet taken", _ON_INVOICE),
        _clearing("RFL", "owed for returns = credited and not given back", _CREDITED),
        _clearing("INVQ", "goods in quarantine = came back and not put anywhere yet, at cost", _SET_ASIDE),
    ]


def _clearing(role: str, name: str, expected: str) -> Equation:
    """The balance of a clearing account, as an asset, against what should still be in it."""
    sign = -1 if role in ("DEP", "RFL") else 1
    return equation(name, sign * sum(balances(role).values()), one(expected))


def tax(outside: Mapping[str, Any]) -> list[Equation]:
    """What we owe in tax is what the tax system was told of."""
    owed, filed = balances("TAX"), outside["tax"]["committed"]
    return [
        equation("tax owed = tax filed", -owed.get(currency, 0), filed.get(currency, 0), shown_in(currency))
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


def erp(outside: Mapping[str, Any]) -> list[Equation]:
    """The ERP has our entries, and stands where we stand."""
    return [
        equation(
            "journal entries = entries in the ERP",
            one("SELECT count(*) FROM ledger_journalentry"),
            outside["erp"]["journals"],
        ),
        equation("our trial balance - the ERP's = nothing", erp_differs(outside), 0),
    ]


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
