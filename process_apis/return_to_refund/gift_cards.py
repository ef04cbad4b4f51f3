"""A gift card that was bought is given back: only unspent, and it is worth nothing from then on.

It was no revenue when it was sold, so the credit memo takes it off what gift cards are owed (GC), not off revenue. The
card is voided in the commit of the credit memo: spent before that, there is nothing to give back.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from process_apis.orders import queries as orders
from process_apis.return_to_refund import opening
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.returns import queries
from process_apis.returns.models import Return
from process_apis.stored_value import numbers
from process_apis.stored_value import queries as value
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueAccount, ValueKind
from retail_platform.kernel.problem import DomainError, Unprocessable

ROLE = "GC"
_CARD = "value:"


class NoGiftCard(Unprocessable):
    """This line of the order is no gift card. Name the line with which the card was bought."""

    kind, title = "no-gift-card", "This line is no gift card"


class CardSpent(DomainError):
    """Some of the card has been spent, so it is not taken back. What is left on it can still be spent."""

    status, kind, title = 409, "gift-card-spent", "This gift card has been spent from"


@transaction.atomic
def take_back(
    *, number: str, key: str, line_id: str, card: str, pin: str = "", by: str, now: datetime,
    channels: Collection[str] = (),
) -> Return:  # fmt: skip
    """Open the return of a card that an order sold. Raises NoGiftCard, NoSuchValue, CardSpent and ReturnRefused."""
    if standing := queries.by_key(key):
        return standing
    line = orders.visible(number, channels=channels).lines.filter(line_id=line_id).first()
    if line is None or set(line.revenue) != {ROLE}:
        raise NoGiftCard(
            f"line {line_id} of order {number} sold no gift card",
            errors=[{"pointer": "/gift_card", "detail": "name the line that sold it"}],
        )
    account = value.account(kind=ValueKind.GIFT_CARD, number=card, pin=pin)
    parent = opening.open_return(
        number=number, key=key, lines=[Asked(line_id, 1, serial=numbers.reference_of(account.id))], channels=channels,
        requested_by=by, reason="gift card", now=now,
    )  # fmt: skip
    worth = sum(each.net_minor + each.tax_minor for each in parent.lines.all())  # the total may hold its shipping, too
    if account.balance_minor != worth or account.held_minor:
        raise CardSpent(f"{account.free} of {account.masked} are left of what it was bought with")
    return parent


def only(parent: Return) -> bool:
    """Is it the return of a card, which nobody has to inspect?"""
    return all(line.serial.startswith(_CARD) for line in parent.lines.all()) and parent.lines.exists()


def sold_for(parent: Return) -> int:
    """What of a return's net is what cards were sold for."""
    return sum(line.net_minor for line in parent.lines.all() if line.serial.startswith(_CARD))


def void(parent: Return) -> bool:
    """Its cards are worth nothing any more. False if one has been spent from meanwhile; call it in a transaction."""
    return all(
        stored_value.void(
            account_id=numbers.account_of(line.serial), minor=line.net_minor + line.tax_minor,
            key=f"return:{parent.number}:{line.line_id}", of=parent.number,
        )
        or not ValueAccount.objects.get(id=numbers.account_of(line.serial)).active
        for line in parent.lines.all()
        if line.serial.startswith(_CARD)
    )  # fmt: skip
