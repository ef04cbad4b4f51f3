"""Count in our own tables, for the equations of the statement."""

from collections.abc import Callable

from django.db import connection

from canonical.money import Money
from retail_platform.demo.equation import Equation


def equation(name: str, left: int, right: int, show: Callable[[int], str] = str) -> Equation:
    """Both sides, and what they differ by."""
    return Equation(
        name=name, left=show(left), right=show(right), difference=show(left - right) if left != right else "0"
    )


def one(sql: str) -> int:
    """The one number a query answers; none is 0."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0] or 0)


def per_currency(sql: str) -> dict[str, int]:
    """Smallest units by currency."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {currency: int(minor) for currency, minor in cursor.fetchall()}


def count(name: str, left: str, right: str) -> Equation:
    """Two queries that must answer the same number."""
    return equation(name, one(left), one(right))


def balances(*roles: str) -> dict[str, int]:
    """What stands on the accounts of these roles, by currency."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE, [list(roles)])
        return {currency: int(minor) for currency, minor in cursor.fetchall()}


def shown_in(currency: str) -> Callable[[int], str]:
    """How an amount of this currency is written."""
    return lambda minor: f"{Money(minor=minor, currency=currency).text} {currency}"


_BALANCE = """
SELECT entry.currency, sum(line.amount_minor) FROM ledger_journalline line
JOIN ledger_journalentry entry ON entry.id = line.entry_id
JOIN ledger_account account ON account.code = line.account_id
WHERE account.role = ANY(%s) GROUP BY entry.currency
"""
