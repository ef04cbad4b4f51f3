"""Move stored value: open, load, hold for an order, take, let go, give back. Each once for its key.

Every change is one conditional statement: the database is the referee between two tills and one card.
"""

from datetime import date
from uuid import UUID

from django.db import connection, transaction

from process_apis.stored_value import numbers
from process_apis.stored_value.models import ValueAccount, ValueReason
from retail_platform.kernel.problem import DomainError


class NotEnoughValue(DomainError):
    """The account does not hold so much, is switched off, has run out, or is in another currency."""

    status, kind, title = 422, "not-enough-value", "There is not enough on this card or account"


class OtherAmount(DomainError):
    """This key stands for another amount or account. Use a new one for another effect."""

    status, kind, title = 409, "value-key-used", "This was done before, with another amount"


# Each locks the row it decides on first, so that its condition is true of the row's newest version.
_HOLD = """
WITH account AS (
    SELECT id FROM stored_value_valueaccount
    WHERE id = %(account)s AND active AND currency = %(currency)s AND balance_minor - held_minor >= %(minor)s
      AND (expires_on IS NULL OR expires_on >= %(day)s)
    FOR NO KEY UPDATE
), told AS (
    INSERT INTO stored_value_valuehold (key, account_id, amount_minor, taken_minor, released_minor)
    SELECT %(key)s, id, %(minor)s, 0, 0 FROM account
    ON CONFLICT (key) DO NOTHING RETURNING account_id
)
UPDATE stored_value_valueaccount SET held_minor = held_minor + %(minor)s FROM told WHERE id = told.account_id
"""
_TAKE = """
WITH held AS (
    SELECT key, account_id FROM stored_value_valuehold
    WHERE key = %(key)s AND amount_minor - taken_minor - released_minor >= %(minor)s FOR NO KEY UPDATE
), told AS (
    INSERT INTO stored_value_valuemovement (key, account_id, reason, amount_minor, reference)
    SELECT %(movement)s, account_id, 'redeemed', -%(minor)s, %(key)s FROM held
    ON CONFLICT (key) DO NOTHING RETURNING account_id
), hold AS (
    UPDATE stored_value_valuehold SET taken_minor = taken_minor + %(minor)s
    FROM told WHERE key = %(key)s RETURNING stored_value_valuehold.account_id
)
UPDATE stored_value_valueaccount SET balance_minor = balance_minor - %(minor)s, held_minor = held_minor - %(minor)s
FROM hold WHERE id = hold.account_id
"""
_RELEASE = """
WITH before AS (
    SELECT key, account_id, amount_minor - taken_minor - released_minor AS rest FROM stored_value_valuehold
    WHERE key = %(key)s FOR NO KEY UPDATE
), hold AS (
    UPDATE stored_value_valuehold SET released_minor = released_minor + before.rest
    FROM before WHERE stored_value_valuehold.key = before.key AND before.rest > 0
    RETURNING before.account_id, before.rest
)
UPDATE stored_value_valueaccount SET held_minor = held_minor - hold.rest FROM hold WHERE id = hold.account_id
RETURNING hold.rest
"""
_VOID = """
WITH account AS (
    SELECT id FROM stored_value_valueaccount
    WHERE id = %(account)s AND active AND held_minor = 0 AND balance_minor = %(minor)s FOR NO KEY UPDATE
), told AS (
    INSERT INTO stored_value_valuemovement (key, account_id, reason, amount_minor, reference)
    SELECT %(movement)s, id, 'voided', -%(minor)s, %(reference)s FROM account
    ON CONFLICT (key) DO NOTHING RETURNING account_id
)
UPDATE stored_value_valueaccount SET balance_minor = 0, active = false FROM told WHERE id = told.account_id
"""
_ADD = """
WITH told AS (
    INSERT INTO stored_value_valuemovement (key, account_id, reason, amount_minor, reference)
    SELECT %(movement)s, id, %(reason)s, %(minor)s, %(reference)s FROM stored_value_valueaccount WHERE id = %(account)s
    ON CONFLICT (key) DO NOTHING RETURNING account_id
)
UPDATE stored_value_valueaccount SET balance_minor = balance_minor + %(minor)s FROM told WHERE id = told.account_id
"""


def open_account(
    *,
    kind: str,
    number: str,
    currency: str,
    pin: str = "",
    customer_reference: str = "",
    expires_on: date | None = None,
) -> ValueAccount:
    """The account of a number; made if it is not there. It begins empty."""
    account = ValueAccount(
        kind=kind,
        number_hash=numbers.number_hash(kind, number),
        last4=numbers.plain(number)[-4:],
        pin_hash=numbers.pin_hash(kind, number, pin),
        customer_reference=customer_reference,
        currency=currency,
        expires_on=expires_on,
    )
    ValueAccount.objects.bulk_create([account], ignore_conflicts=True)
    return ValueAccount.objects.get(kind=kind, number_hash=account.number_hash)


def load(
    account: ValueAccount, *, minor: int, key: str, reason: ValueReason = ValueReason.ISSUED, of: str = ""
) -> bool:
    """Add value, once for its key. `of` is the document it comes from."""
    if minor <= 0:
        raise ValueError("only something can be added; redeem through a hold")
    return _once(_ADD, movement=key, account=account.id, reason=reason.value, minor=minor, reference=of[:120])


def hold(*, account_id: str, minor: int, currency: str, key: str, day: date) -> None:
    """Set an amount aside. The same hold again changes nothing. Raises NotEnoughValue and OtherAmount."""
    if not _once(_HOLD, key=key, account=account_id, minor=minor, currency=currency, day=day):
        _stands(
            "SELECT account_id::text, amount_minor FROM stored_value_valuehold WHERE key = %s", key, (account_id, minor)
        )


def take(*, hold: str, minor: int, key: str) -> None:
    """Spend a part of what is held. The same again changes nothing. Raises NotEnoughValue and OtherAmount."""
    if not _once(_TAKE, movement=key, key=hold, minor=minor):
        _stands("SELECT reference, -amount_minor FROM stored_value_valuemovement WHERE key = %s", key, (hold, minor))


def let_go(*, hold: str) -> int:
    """Free what is still held. Returns how much that was; nothing the second time, or where nothing was ever held."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RELEASE, {"key": hold})
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def give_back(*, account_id: str, minor: int, key: str, of: str) -> None:
    """Put spent value back. The same again changes nothing. Raises OtherAmount."""
    if not _once(
        _ADD, movement=key, account=account_id, reason=ValueReason.GIVEN_BACK.value, minor=minor, reference=of[:120]
    ):
        found = "SELECT account_id::text, amount_minor FROM stored_value_valuemovement WHERE key = %s"
        _stands(found, key, (account_id, minor))


def void(*, account_id: str, minor: int, key: str, of: str) -> bool:
    """An account is worth nothing from now on, once for its key. False if it does not hold just that, or is held."""
    return _once(_VOID, movement=key, account=account_id, minor=minor, reference=of[:120])


def _once(statement: str, **values: str | int | date | UUID) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount == 1


def _stands(found: str, key: str, wanted: tuple[str, int]) -> None:
    """Nothing was written: because it stands already, or because there is not enough."""
    with connection.cursor() as cursor:
        cursor.execute(found, [key])
        row = cursor.fetchone()
    if row is None:
        raise NotEnoughValue("pay with less from it, or with another tender; ask for its balance first")
    if (str(row[0]), int(row[1])) != (str(wanted[0]), wanted[1]):
        raise OtherAmount(f"{key} stands for {row[1]} smallest units")
