"""Read the book of stored value."""

import hmac

from process_apis.stored_value import numbers
from process_apis.stored_value.models import ValueAccount
from retail_platform.kernel.problem import NotFound


class NoSuchValue(NotFound):
    """No card or account has this number, or the PIN is another. It is not said which."""

    kind, title = "no-such-value", "There is no such card or account"


def account(*, kind: str, number: str, pin: str = "") -> ValueAccount:
    """The account of a number, if the PIN is right where it has one. Raises NoSuchValue."""
    found = ValueAccount.objects.filter(kind=kind, number_hash=numbers.number_hash(kind, number), active=True).first()
    given = numbers.pin_hash(kind, number, pin)
    if found is None or not hmac.compare_digest(found.pin_hash or given, given):
        raise NoSuchValue("check the number and the PIN; both are on the card")
    return found


def of_customer(reference: str) -> list[ValueAccount]:
    """A customer's store credit and points."""
    return list(ValueAccount.objects.filter(customer_reference=reference, active=True).exclude(customer_reference=""))
